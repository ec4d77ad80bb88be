using System.Globalization;
using System.Net;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>The deployment on Render, rehearsed on this machine: the API with the settings of <c>render.yaml</c>, and two proxies before it, at addresses that are no loopback's.</summary>
internal sealed class Rehearsal : IAsyncDisposable
{
    /// <summary>The port that Render gives a service.</summary>
    private const int RenderPort = 10_000;

    private readonly LocalNetwork _network;
    private readonly TestFolder _home = new();
    private PostgresCluster? _postgres;
    private Command? _api;

    private Rehearsal(LocalNetwork network) => _network = network;

    /// <summary>What clients connect to.</summary>
    public RenderProxy Proxy { get; private set; } = null!;

    /// <summary>The API without the proxies.</summary>
    public Uri Instance { get; private set; } = null!;

    /// <summary>Where the API is.</summary>
    public IPAddress InstanceAddress { get; private set; } = null!;

    /// <summary>A client's address.</summary>
    public IPAddress Client { get; private set; } = null!;

    /// <summary>The address of somebody else.</summary>
    public IPAddress Stranger { get; private set; } = null!;

    /// <summary>What the API printed.</summary>
    public string Printed => _api?.Output ?? "";

    /// <summary>Starts all of it, or skips the test where that is not possible.</summary>
    /// <param name="settings">Settings beside those of <c>render.yaml</c>, or instead of them; proxies are in the lower half of the network, clients in the upper.</param>
    public static async Task<Rehearsal> StartAsync(Func<LocalNetwork, IEnumerable<(string Name, string Value)>>? settings = null)
    {
        Rehearsal rehearsal = await StartProxiesAsync();
        try
        {
            await rehearsal.StartApiAsync(settings?.Invoke(rehearsal._network) ?? []);
            return rehearsal;
        }
        catch
        {
            await rehearsal.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the proxies alone; what they stand before is the test's own.</summary>
    public static async Task<Rehearsal> StartProxiesAsync()
    {
        Assert.SkipUnless(Nginx.Missing is null, Nginx.Missing ?? "");
        Assert.SkipUnless(LocalNetwork.Missing is null, LocalNetwork.Missing ?? "");
        Assert.SkipUnless(PostgresCluster.Missing is null, PostgresCluster.Missing ?? "");
        var rehearsal = new Rehearsal(LocalNetwork.New());
        try
        {
            await rehearsal.StartProxiesOfItsOwnAsync();
            return rehearsal;
        }
        catch
        {
            await rehearsal.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client at an address.</summary>
    /// <param name="from">Its address.</param>
    public HttpClient NewClient(IPAddress from) => new(Proxy.NewHandler(from)) { BaseAddress = Proxy.NamedAddress };

    /// <summary>A client that goes past the proxies, and asks the API for the same name.</summary>
    /// <param name="from">Its address.</param>
    public HttpClient NewDirectClient(IPAddress from) =>
        new(Proxy.NewHandler(from, InstanceAddress)) { BaseAddress = new UriBuilder(Instance) { Host = RenderProxy.Name }.Uri };

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        if (Proxy is not null)
        {
            await Proxy.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        await _network.DisposeAsync();
        _home.Dispose();
    }

    private async Task StartProxiesOfItsOwnAsync()
    {
        IPAddress edge, inner;
        try
        {
            edge = await _network.AddAsync(1);
            inner = await _network.AddAsync(2);
            InstanceAddress = await _network.AddAsync(3);
            Client = await _network.AddAsync(129);
            Stranger = await _network.AddAsync(130);
        }
        catch (InvalidOperationException exception)
        {
            Assert.Skip($"this machine may have no further addresses: {exception.Message}");
            throw;
        }

        int port = Ports.FreeOr(RenderPort);
        Instance = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{InstanceAddress}:{port}"));
        Proxy = await RenderProxy.StartNewAsync(edge, inner, InstanceAddress, port);
    }

    private async Task StartApiAsync(IEnumerable<(string Name, string Value)> settings)
    {
        _postgres = await PostgresCluster.StartNewAsync(isSynced: false);
        string url = await _postgres.CreateDatabaseAsync();
        Dictionary<string, string?> environment = Blueprint.Read()
            .Environment(Instance.Port.ToString(CultureInfo.InvariantCulture), new Dictionary<string, string> { ["DATABASE_URL"] = url })
            .ToDictionary(variable => variable.Key, variable => (string?)variable.Value);
        foreach (string unset in (string[])["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ALLOWED_ORIGINS", "MAX_UPDATES_PER_MINUTE", "OTEL_EXPORTER_OTLP_ENDPOINT"])
        {
            environment[unset] = null;
        }

        // Says of each request which scheme and host it was for, as far as the API knows.
        environment["Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics"] = "Information";
        foreach ((string name, string value) in settings)
        {
            environment[name] = value;
        }

        _api = ApiProgram.Start([], _home.Path, environment);
        await _api.WaitForOutputAsync("Flipr is at ", TestContext.Current.CancellationToken).Within(() => $"the API to start. It printed:\n{Printed}");
    }
}
