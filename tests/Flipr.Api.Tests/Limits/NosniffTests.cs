using System.Net;
using Flipr.Api.Database;
using Flipr.Api.Listings;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests.Limits;

/// <summary>No answer is to be taken for anything else than it says, errors included.</summary>
public sealed class NosniffTests
{
    [Theory]
    [InlineData("GET", "/properties/a", 404)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/update", 405)]
    [InlineData("GET", "/properties?page=x", 400)]
    [InlineData("POST", "/update", 400)]
    [InlineData("DELETE", "/properties/a", 401)]
    [InlineData("GET", "/socket.io/?EIO=4&transport=none", 400)]
    [InlineData("GET", "/status", 200)]
    public async Task Every_answer_says_nosniff(string method, string path, int status)
    {
        using ApiHost api = Shipped.Start();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await CheckAsync(api, request, status);
    }

    [Fact]
    public async Task Also_when_a_body_is_too_large_or_a_sender_too_fast()
    {
        using ApiHost api = Shipped.Start(("MAX_UPDATE_BYTES", "10"), ("MAX_UPDATES_PER_MINUTE", "1"));
        using var large = new HttpRequestMessage(HttpMethod.Post, "/update") { Content = new ByteArrayContent(new byte[100]) };
        using var second = new HttpRequestMessage(HttpMethod.Post, "/update") { Content = new ByteArrayContent([]) };
        await CheckAsync(api, large, 413);
        await CheckAsync(api, second, 429);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(500)]
    public async Task Also_when_the_server_fails(int status)
    {
        using var api = new ApiHost(services => services.AddSingleton<IListingStore>(
            new FailingStore(status == 503 ? new DatabaseUnavailableException("It is away.") : new InvalidOperationException("It is broken."))));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/properties");
        await CheckAsync(api, request, status);
    }

    private static async Task CheckAsync(ApiHost api, HttpRequestMessage request, int status)
    {
        using HttpResponseMessage answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.True(answer.Headers.TryGetValues("X-Content-Type-Options", out IEnumerable<string>? values), "The header is missing.");
        Assert.Equal(["nosniff"], values);
    }

    private sealed class FailingStore(Exception exception) : IListingStore
    {
        public Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken) => throw exception;

        public Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken) => throw exception;

        public Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken) => throw exception;

        public Task<ListingCounts> CountAsync(CancellationToken cancellationToken) => throw exception;
    }
}
