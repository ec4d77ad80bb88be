namespace Flipr.Probe.Tests.Support;

/// <summary>The probe as a user runs it: a process of its own.</summary>
internal static class ProbeProgram
{
    /// <summary>Runs it and returns all it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        await using var process = Command.Start(Command.Dotnet, [Repository.Program("Flipr.Probe"), .. arguments], "/", environment);
        int exitCode = await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2)); // It only ends what hangs.
        return (exitCode, process.Output);
    }

    /// <summary>Runs it with <c>--json</c>.</summary>
    public static async Task<ProbeResult> DiagnoseAsync(string address, params IEnumerable<string> options) => await DiagnoseAsync(null, address, options);

    /// <summary>Runs it with <c>--json</c>, trusting an authority of the test's own.</summary>
    /// <param name="trusted">The authority's certificate, a file; null: the machine's.</param>
    /// <param name="address">The address.</param>
    /// <param name="options">Further arguments.</param>
    public static async Task<ProbeResult> DiagnoseAsync(string? trusted, string address, IEnumerable<string> options)
    {
        // OpenSSL's variable for the file of trusted authorities.
        (int exitCode, string output) = await RunAsync([address, "--json", .. options], trusted is null ? null : new Dictionary<string, string?> { ["SSL_CERT_FILE"] = trusted });
        return new ProbeResult(exitCode, output);
    }
}
