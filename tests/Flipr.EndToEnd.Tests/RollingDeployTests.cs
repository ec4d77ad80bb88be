using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests;

/// <summary>The short form of the fault <c>rolling-deploy-nginx</c> behind docs/faults.md; with <c>FLIPR_API_PROGRAM</c> it deploys a published binary.</summary>
public sealed class RollingDeployTests
{
    [Fact]
    public async Task Behind_nginx_200_clients_of_both_transports_move_to_the_new_instance_and_lose_nothing()
    {
        Assert.SkipUnless(PostgresCluster.Missing is null, PostgresCluster.Missing ?? "");
        Assert.SkipUnless(Nginx.Missing is null, Nginx.Missing ?? "");
        await using (await NodeClients.StartAsync())
        {
            // Its packages are the ones that the command needs.
        }

        await using Command command = Command.Start(
            Command.Dotnet, [Repository.Program("Flipr.Api.Faults", "tests"), "rolling-deploy-nginx", "--times", "1", "--changes", "400", "--clients", "200"], "/");
        int exitCode = await command.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(exitCode == 0, command.Output);
        Assert.Contains("| 0 | 0 | 0 |", command.Output, StringComparison.Ordinal);
    }
}
