namespace Flipr.AppHost.Tests;

/// <summary>Two instances of the backend on the machine's own PostgreSQL.</summary>
public sealed class LocalAppTests(LocalApp local)
{
    [Fact]
    public async Task What_is_posted_to_the_second_instance_is_heard_through_the_frontend_at_the_first()
    {
        RunningApp app = await local.StartedAsync();
        foreach (string resource in (string[])["postgres", "api", "api-2", "web"])
        {
            await app.HealthyAsync(resource);
        }

        Assert.Equal("PostgreSQL", (await RunningApp.GetAsync(new Uri(app.Address("api-2"), "/healthz"))).GetProperty("database").GetString());
        await using Listener listener = await Listener.ConnectAsync(await RunningApp.BackendOfAsync(app.Address("web")));
        await app.PostSampleAsync("api-2");
        await listener.HearSampleAsync();
    }

    [Fact]
    public async Task A_database_that_ends_makes_the_backend_unhealthy_until_it_is_back()
    {
        RunningApp app = await local.StartedAsync();
        await app.HealthyAsync("api");

        await app.ExecuteAsync("postgres", KnownResourceCommands.StopCommand);
        await app.StateAsync("api", snapshot => snapshot.HealthStatus is not Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy);
        await app.ExecuteAsync("postgres", KnownResourceCommands.StartCommand);
        await app.HealthyAsync("postgres");
        await app.HealthyAsync("api");
        await using Listener listener = await Listener.ConnectAsync(app.Address("api"));
        await app.PostSampleAsync("api");
        await listener.HearSampleAsync();
    }

    [Fact]
    public async Task The_frontend_under_Vite_reaches_the_backend()
    {
        _ = Tools.Node;
        RunningApp app = await local.StartedAsync();
        await app.HealthyAsync("api");

        await app.ExecuteAsync("vite", KnownResourceCommands.StartCommand);
        await app.HealthyAsync("vite");

        using var http = new HttpClient();
        Assert.Contains("/@vite/client", await http.GetStringAsync(app.Address("vite"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False((await RunningApp.GetAsync(new Uri(app.Address("vite"), "/frontend.json"))).GetProperty("production").GetBoolean());
        await app.ExecuteAsync("vite", KnownResourceCommands.StopCommand);
    }
}
