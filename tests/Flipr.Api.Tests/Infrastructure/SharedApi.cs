namespace Flipr.Api.Tests.Infrastructure;

/// <summary>One host for all cases of a class.</summary>
public sealed class SharedApi : IDisposable
{
    internal ApiHost Api { get; } = new();

    public void Dispose() => Api.Dispose();
}
