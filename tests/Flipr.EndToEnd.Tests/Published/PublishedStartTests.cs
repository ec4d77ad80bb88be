namespace Flipr.EndToEnd.Tests.Published;

/// <summary>How the published program starts and ends where things are not as they should be: its messages are whole.</summary>
public sealed class PublishedStartTests
{
    [Theory]
    [InlineData("DATABASE_URL", "postgres://u:s3cret@h", "database name is missing")]
    [InlineData("DATABASE_URL", null, "DATABASE_URL is not set")]
    [InlineData("PORT", "http", "PORT is 'http'")]
    public async Task A_setting_that_cannot_be_used_ends_the_start_with_one_line(string name, string? value, string message)
    {
        await using Command command = await StartAsync(new() { ["PRODUCTION"] = "true", ["FLIPR_API_KEY"] = "key", [name] = value });

        Assert.Equal(1, await command.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Contains(message, Assert.Single(command.Output.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_away_is_named_with_the_reason()
    {
        string port = Ports.Free().ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using Command command = await StartAsync(new() { ["PRODUCTION"] = "true", ["FLIPR_API_KEY"] = "key", ["PORT"] = "0", ["DATABASE_URL"] = $"postgres://u:s3cret@127.0.0.1:{port}/db" });

        await command.WaitForOutputAsync("PostgreSQL does not answer: ", TestContext.Current.CancellationToken);
        await command.WaitForOutputAsync("Flipr is at", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("s3cret", command.Output, StringComparison.Ordinal);
        Assert.Equal(0, await command.TerminateAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<Command> StartAsync(Dictionary<string, string?> settings)
    {
        PublishedApi.Require();
        foreach (string name in (string[])["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS"])
        {
            settings[name] = null;
        }

        return Command.Start(await PublishedProgram.PathAsync(), [], "/", settings);
    }
}
