using System.Diagnostics;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests;

/// <summary>The short form of the command behind docs/faults.md.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("kill-sqlite")]
    [InlineData("rolling-deploy")]
    [InlineData("connections-cut")]
    public async Task No_client_loses_a_listing_or_gets_it_twice(string fault)
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/postgresql"), "PostgreSQL is not installed");
        await using (await NodeClients.StartAsync())
        {
            // Its packages are the ones that the command needs.
        }

        string program = Repository.Program("Flipr.Api.Faults", "tests");
        using Process command = Process.Start(new ProcessStartInfo("dotnet", [program, fault, "--times", "1", "--changes", "400", "--clients", "10"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = command.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string printed = await command.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await command.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(command.ExitCode == 0, printed + await errors);
        Assert.Contains("| 0 | 0 | 0 | 0 |", printed, StringComparison.Ordinal);
    }
}
