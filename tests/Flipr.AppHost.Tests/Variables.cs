namespace Flipr.AppHost.Tests;

/// <summary>Environment variables of this process, which the orchestrator passes on: as a shell has them. Gone afterwards.</summary>
internal sealed class Variables : IDisposable
{
    private readonly (string Name, string? Before)[] _before;

    public Variables(params (string Name, string Value)[] variables)
    {
        _before = [.. variables.Select(variable => (variable.Name, Environment.GetEnvironmentVariable(variable.Name)))];
        foreach ((string name, string value) in variables)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public void Dispose()
    {
        foreach ((string name, string? before) in _before)
        {
            Environment.SetEnvironmentVariable(name, before);
        }
    }
}
