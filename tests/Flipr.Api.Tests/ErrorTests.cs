using System.Net;
using System.Text.Json;
using Flipr.Api.Listings;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/update", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/properties", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/properties/a", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/status", HttpStatusCode.MethodNotAllowed)]
    public async Task Unknown_paths_and_methods_are_errors_like_all_others(string method, string path, HttpStatusCode status)
    {
        using var api = new ApiHost();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage response = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.NotEmpty(await ApiHost.ErrorAsync(response, status));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(status == HttpStatusCode.MethodNotAllowed, response.Content.Headers.Allow.Count > 0);
    }

    [Fact]
    public async Task A_failure_shows_no_internals_and_spares_the_others()
    {
        using var api = new ApiHost(services => services.AddSingleton<IListingStore, BrokenStore>());

        foreach (string path in (string[])["/properties", "/properties/a", "/status"])
        {
            using HttpResponseMessage read = await api.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(BrokenStore.Secret, await ApiHost.ErrorAsync(read, HttpStatusCode.InternalServerError), StringComparison.Ordinal);
        }

        // Those that share a batch with a change that the store refuses are stored all the same.
        HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            using HttpResponseMessage posted = await api.PostAsync($$"""{"id":"{{(i % 8 == 0 ? "bad" : "good")}}-{{i}}"}""");
            return posted.StatusCode;
        }));
        Assert.Equal((5, 35), (answers.Count(answer => answer == HttpStatusCode.InternalServerError), answers.Count(answer => answer == HttpStatusCode.OK)));
        Assert.Contains(BrokenStore.Secret, api.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_names_every_route()
    {
        using var api = new ApiHost();
        JsonElement paths = (await api.GetAsync("/openapi/v1.json")).GetProperty("paths");

        Assert.Superset(
            new HashSet<string> { "GET /healthz", "POST /update", "GET /properties", "GET /properties/{id}", "DELETE /properties/{id}", "GET /status" },
            paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).ToHashSet());
        Assert.True(paths.GetProperty("/update").GetProperty("post").GetProperty("responses").TryGetProperty("413", out _));
        Assert.Contains("bbox", paths.GetProperty("/properties").GetProperty("get").GetProperty("parameters").GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>A store that fails in a way nobody foresaw.</summary>
    private sealed class BrokenStore : IListingStore
    {
        public const string Secret = "internal detail";

        public Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken) =>
            changes.Any(change => change.Id.StartsWith("bad", StringComparison.Ordinal))
                ? throw new InvalidOperationException(Secret)
                : Task.FromResult(changes.Select(change => new ChangeOutcome(ChangeResult.Applied, change.Id)).ToArray());

        public Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken) => throw new InvalidOperationException(Secret);

        public Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken) => throw new InvalidOperationException(Secret);

        public Task<ListingCounts> CountAsync(CancellationToken cancellationToken) => throw new InvalidOperationException(Secret);
    }
}
