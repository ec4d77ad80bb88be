namespace Flipr.AppHost.Tests;

/// <summary>What the program says of settings that it cannot use.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("--FLIPR_DATABASE=oracle", "FLIPR_DATABASE is 'oracle'", "container, local or sqlite")]
    [InlineData("--FLIPR_DATABASE=local --FLIPR_POSTGRES_BIN=/nowhere", "(initdb, postgres) are not in /nowhere", "apt-get install postgresql")]
    [InlineData("--FLIPR_DATABASE=sqlite --FLIPR_INSTANCES=2", "FLIPR_INSTANCES=2 needs PostgreSQL", "FLIPR_DATABASE=local")]
    public async Task A_setting_that_cannot_be_used_ends_the_start_with_one_line(string settings, string problem, string remedy)
    {
        await using Command appHost = Command.Start(
            Command.Dotnet, [Repository.Program("Flipr.AppHost"), .. settings.Split(' ')], "/", new Dictionary<string, string?> { ["DOTNET_ENVIRONMENT"] = "Development" });

        Assert.Equal(1, await appHost.WaitForExitAsync(TestContext.Current.CancellationToken).Within(() => $"the app host to end. It printed:\n{appHost.Output}"));
        string line = Assert.Single(appHost.Output.Trim().Split('\n'));
        Assert.Contains(problem, line, StringComparison.Ordinal);
        Assert.Contains(remedy, line, StringComparison.Ordinal);
    }
}
