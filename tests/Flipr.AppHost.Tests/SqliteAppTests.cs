using System.Globalization;
using System.Net;

namespace Flipr.AppHost.Tests;

/// <summary>The app host as the profile <c>sqlite</c> starts it, from a shell that has other ideas.</summary>
public sealed class SqliteAppTests
{
    [Fact]
    public async Task What_the_dashboard_posts_is_heard_through_the_frontend_and_the_shell_s_address_and_database_count_for_nothing()
    {
        using var home = new TestFolder();
        using var shell = new Variables(
            ("PORT", Ports.Free().ToString(CultureInfo.InvariantCulture)), ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"), ("DISABLE_SQLITE_FALLBACK", "true"), ("FLIPR_API_KEY", "the shell's"));
        await using RunningApp app = await RunningApp.StartAsync(["--FLIPR_DATABASE=sqlite"], home);
        await app.HealthyAsync("api");
        await app.HealthyAsync("web");
        Uri api = app.Address("api");

        Assert.Equal("SQLite", (await RunningApp.GetAsync(new Uri(api, "/healthz"))).GetProperty("database").GetString());
        Assert.True(File.Exists(home.File("properties.db")));

        // The key of the shell reaches the backend, which asks for it, and the command, which sends it.
        using var http = new HttpClient();
        using HttpResponseMessage withoutKey = await http.PostAsync(new Uri(api, "/update"), new StringContent("{}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, withoutKey.StatusCode);

        Uri backend = await RunningApp.BackendOfAsync(app.Address("web"));
        await using (Listener listener = await Listener.ConnectAsync(backend))
        {
            await app.PostSampleAsync("api");
            await listener.HearSampleAsync();
        }

        await app.ExecuteAsync("api", KnownResourceCommands.StopCommand);
        await app.StateAsync("api", snapshot => KnownResourceStates.TerminalStates.Contains(snapshot.State?.Text));
        await app.ExecuteAsync("api", KnownResourceCommands.StartCommand);
        await app.HealthyAsync("api");
        await using Listener again = await Listener.ConnectAsync(backend);
        await app.PostSampleAsync("api");
        await again.HearSampleAsync();
    }
}
