using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Flipr.AppHost.Tests;

/// <summary>The app host, really started: its orchestrator, its services, each a process.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private readonly DistributedApplication _application;

    private RunningApp(DistributedApplication application) => _application = application;

    private ResourceNotificationService Notifications => _application.ResourceNotifications;

    /// <summary>Starts it.</summary>
    /// <param name="settings">Settings as on the command line, <c>--NAME=value</c>.</param>
    /// <param name="home">A folder that stands for the backend's, so that a developer's own database is left alone.</param>
    /// <param name="dashboard">Whether the dashboard is started too.</param>
    public static async Task<RunningApp> StartAsync(IEnumerable<string> settings, TestFolder home, bool dashboard = false)
    {
        IDistributedApplicationTestingBuilder builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Flipr_AppHost>(
            [.. settings, "--DcpPublisher:WaitForResourceCleanup=true"], (options, _) => options.DisableDashboard = !dashboard, TestContext.Current.CancellationToken);
        // The dashboard's streams would be waited for.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        foreach (ProjectResource api in builder.Resources.OfType<ProjectResource>().Where(resource => resource.Name.StartsWith("api", StringComparison.Ordinal)))
        {
            builder.CreateResourceBuilder(api).WithEnvironment("ASPNETCORE_CONTENTROOT", home.Path);
        }

        // Without a dashboard nobody takes the telemetry, and at its end a service would try to get rid of it for as long as the orchestrator waits.
        foreach (ProjectResource service in dashboard ? [] : builder.Resources.OfType<ProjectResource>())
        {
            builder.CreateResourceBuilder(service).WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", "");
        }

        var app = new RunningApp(await builder.BuildAsync(TestContext.Current.CancellationToken));
        try
        {
            await app._application.StartAsync(TestContext.Current.CancellationToken).Within(() => "the app host to start", TimeSpan.FromMinutes(3));
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a resource is healthy.</summary>
    public Task HealthyAsync(string resource) =>
        Notifications.WaitForResourceHealthyAsync(resource, WaitBehavior.WaitOnResourceUnavailable, TestContext.Current.CancellationToken)
            .Within(() => $"{resource} to be healthy. It is {StateOf(resource)}", TimeSpan.FromMinutes(3));

    /// <summary>Waits until a resource is in a state.</summary>
    public Task StateAsync(string resource, Func<CustomResourceSnapshot, bool> isIt) =>
        Notifications.WaitForResourceAsync(resource, change => isIt(change.Snapshot), TestContext.Current.CancellationToken)
            .Within(() => $"another state of {resource}. It is {StateOf(resource)}", TimeSpan.FromMinutes(3));

    /// <summary>Runs one of the dashboard's commands.</summary>
    public async Task ExecuteAsync(string resource, string command)
    {
        ExecuteCommandResult result = await _application.ResourceCommands.ExecuteCommandAsync(resource, command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, $"{command} of {resource}: {result.Message}");
    }

    /// <summary>Runs the command that posts a listing.</summary>
    public Task PostSampleAsync(string api) => ExecuteAsync(api, "post-sample-listing");

    /// <summary>The links that the dashboard shows of a resource.</summary>
    public ImmutableArray<UrlSnapshot> Links(string resource) =>
        Notifications.TryGetCurrentState(resource, out ResourceEvent? current) ? [.. current.Snapshot.Urls.Where(url => !url.IsInternal && !url.IsInactive)] : [];

    /// <summary>The address that a link of the dashboard goes to.</summary>
    public Uri Address(string resource) => new(Assert.Single(Links(resource)).Url);

    /// <summary>Where the dashboard is.</summary>
    public Uri Dashboard() => _application.GetEndpoint("aspire-dashboard", "http");

    /// <summary>Gets JSON from a service.</summary>
    public static async Task<JsonElement> GetAsync(Uri address)
    {
        using var http = new HttpClient();
        return await http.GetFromJsonAsync<JsonElement>(address, TestContext.Current.CancellationToken);
    }

    /// <summary>The backend of a page, read as the page reads it.</summary>
    public static async Task<Uri> BackendOfAsync(Uri page)
    {
        JsonElement settings = await GetAsync(new Uri(page, "/page.json"));
        return settings.GetProperty("backend").GetString() is { } backend ? new Uri(backend) : page;
    }

    public async ValueTask DisposeAsync()
    {
        // Ends what was started also where the test has failed; the orchestrator, which watches this process, would do so at its end at the latest.
        await _application.DisposeAsync();
    }

    private string StateOf(string resource) =>
        Notifications.TryGetCurrentState(resource, out ResourceEvent? current)
            ? $"{current.Snapshot.State?.Text}, {current.Snapshot.HealthStatus}: {string.Join("; ", current.Snapshot.HealthReports.Select(report => $"{report.Name} {report.Description} {report.ExceptionText}"))}"
            : "unknown";
}
