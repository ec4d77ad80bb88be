using System.Net;
using System.Text;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>What collectors post and pages show, on every database: addresses, repeats, and who may replace what.</summary>
public abstract partial class PostedListingTests : IAsyncLifetime
{
    private const string Key = "correct horse";

    private static readonly (string, string)[] WithKeyAndAnonymous = [("FLIPR_API_KEY", Key), ("ALLOW_ANONYMOUS_UPDATES", "true")];
    private static readonly (string, string) KeyHeader = ("X-Api-Key", Key);

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await CreateAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected abstract Task<TestDatabase> CreateAsync();

    /// <summary>Starts Flipr, and waits until its database has answered: a machine under load may take longer than the start waits.</summary>
    private async Task<ApiHost> StartAsync(params (string Name, string Value)[] settings)
    {
        ApiHost api = _database.Start(settings);
        await Eventually.ThatAsync(async () =>
        {
            using HttpResponseMessage health = await api.Http.GetAsync("/healthz", TestContext.Current.CancellationToken);
            return health.IsSuccessStatusCode;
        });
        return api;
    }

    private static async Task<string> PostedAsync(ApiHost api, string json, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await api.PostAsync(Encoding.UTF8.GetBytes(json), headers);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode} {body}");
        return JsonElement.Parse(body).GetProperty("id").GetString()!;
    }

    private static async Task<string> RefusedAsync(ApiHost api, HttpStatusCode status, string json, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await api.PostAsync(Encoding.UTF8.GetBytes(json), headers);
        return await ApiHost.ErrorAsync(response, status);
    }

    private static async Task<int> TotalAsync(ApiHost api) => (await api.GetAsync("/status")).GetProperty("total_properties").GetInt32();

    private static async Task DeleteAsync(ApiHost api, string id, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/properties/{id}");
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using HttpResponseMessage response = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
