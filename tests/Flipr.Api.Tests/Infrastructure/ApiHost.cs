using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Flipr.Api.Database;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>The real program on Kestrel over loopback, in this process, with its own folder and settings.</summary>
internal sealed class ApiHost : IDisposable
{
    /// <summary>Every setting that Flipr reads.</summary>
    public static readonly string[] SettingNames =
    [
        "PORT", "PRODUCTION", "DATABASE_URL", "DISABLE_SQLITE_FALLBACK", "MAX_UPDATE_BYTES", "MAX_UPDATES_PER_MINUTE", "ALLOWED_ORIGINS", "PAGE_BACKENDS", "FLIPR_API_KEY",
        "ALLOW_ANONYMOUS_UPDATES", "TRUSTED_PROXIES", "FORWARDED_HOPS", "FLIPR_ORCHESTRATED", "MAX_ANONYMOUS_UPDATES_PER_MINUTE", "MAX_ANONYMOUS_BYTES_PER_DAY",
        "MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL", "MAX_CHANGE_LOG_BYTES", "MAX_UPDATE_SECONDS", "MAX_BODIES_IN_FLIGHT", "MAX_ANONYMOUS_BODIES_IN_FLIGHT",
        "MAX_CONNECTIONS", "MAX_SOCKETS_PER_CLIENT", "MAX_EVENTS_PER_SECOND",
    ];

    private readonly TestFolder? _ownFolder;
    private readonly WebApplicationFactory<Program> _factory;

    /// <summary>Starts it; settings that are not given are unset, whatever the environment has.</summary>
    public ApiHost(params IEnumerable<(string Name, string Value)> settings)
        : this(new TestFolder(), null, settings)
    {
    }

    /// <summary>Starts it in a folder that stays.</summary>
    public ApiHost(string folder, params IEnumerable<(string Name, string Value)> settings)
        : this(null, services: null, settings, folder)
    {
    }

    /// <summary>Starts it with services of the test's own.</summary>
    public ApiHost(Action<IServiceCollection> services, params IEnumerable<(string Name, string Value)> settings)
        : this(new TestFolder(), services, settings)
    {
    }

    /// <summary>Starts it by production's rules, with a file as the store that production itself would not take.</summary>
    public static ApiHost InProduction(params IEnumerable<(string Name, string Value)> settings)
    {
        var folder = new TestFolder();
        return new ApiHost(
            folder,
            services => services.AddSqlite(folder.File("properties.db")),
            [("PRODUCTION", "true"), ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"), .. settings]);
    }

    private ApiHost(TestFolder? ownFolder, Action<IServiceCollection>? services, IEnumerable<(string Name, string Value)> settings, string? folder = null)
    {
        _ownFolder = ownFolder;
        Log = new LogCollector();
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
        {
            builder.UseContentRoot(folder ?? ownFolder!.Path);
            builder.UseEnvironment("Development");
            builder.UseSetting("urls", "http://127.0.0.1:0");
            foreach ((string name, string value) in SettingNames.Select(name => (name, "")).Concat(settings))
            {
                builder.UseSetting(name, value);
            }

            // By a factory: so the host disposes it, as it does what it makes itself.
            builder.ConfigureLogging(logging => logging.ClearProviders().Services.AddSingleton<ILoggerProvider>(_ => Log));
            if (services is not null)
            {
                builder.ConfigureTestServices(services);
            }
        });
        _factory.UseKestrel();
        _factory.StartServer();
        Url = new Uri(_factory.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        Http = new HttpClient { BaseAddress = Url };
    }

    public HttpClient Http { get; }

    public Uri Url { get; }

    public LogCollector Log { get; }

    public IServiceProvider Services => _factory.Services;

    /// <summary>Posts a property and returns its id.</summary>
    public async Task<string> StoreAsync(string json)
    {
        using HttpResponseMessage response = await PostAsync(json);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return JsonElement.Parse(body).GetProperty("id").GetString()!;
    }

    public Task<HttpResponseMessage> PostAsync(string json) => PostAsync(Encoding.UTF8.GetBytes(json));

    public Task<HttpResponseMessage> PostAsync(byte[] body, params IEnumerable<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/update") { Content = new ByteArrayContent(body) };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Posts what must be refused, and returns the message.</summary>
    public async Task<string> RefusedAsync(byte[] body, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        using HttpResponseMessage response = await PostAsync(body);
        return await ErrorAsync(response, status);
    }

    public Task<string> RefusedAsync(string json) => RefusedAsync(Encoding.UTF8.GetBytes(json));

    /// <summary>Checks that an answer is an error in the one form, and returns its message.</summary>
    public static async Task<string> ErrorAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {body}");
        JsonElement error = JsonElement.Parse(body);
        Assert.Equal("error", error.GetProperty("status").GetString());
        return error.GetProperty("message").GetString()!;
    }

    public async Task<JsonElement> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using HttpResponseMessage response = await Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(status, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    /// <summary>A stored property by its id.</summary>
    public Task<JsonElement> PropertyAsync(string id) => GetAsync($"/properties/{Uri.EscapeDataString(id)}");

    /// <summary>The ids that a query of <c>GET /properties</c> selects, in its order.</summary>
    public async Task<string[]> IdsAsync(string query = "") =>
        [.. (await GetAsync($"/properties{query}")).GetProperty("properties").EnumerateArray().Select(listing => listing.GetProperty("id").GetString()!)];

    public void Dispose()
    {
        Http.Dispose();
        _factory.Dispose();
        // The program ends by itself when it is told to stop, on a thread of its own, and disposes its services there: whoever comes second does not wait for that.
        if (!Log.WaitForEnd(TimeSpan.FromSeconds(60)))
        {
            throw new InvalidOperationException($"Flipr has not ended within a minute. Its log:\n{Log.Text}");
        }

        _ownFolder?.Dispose();
    }
}
