using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests.Published;

/// <summary>Every route of the published program, where nothing is known by reflection any more: JSON, errors, description.</summary>
public sealed class PublishedEndpointTests : IClassFixture<PublishedApi>
{
    private readonly PublishedApi _published;

    public PublishedEndpointTests(PublishedApi published)
    {
        PublishedApi.Require();
        _published = published;
    }

    private ApiProcess Api => _published.Api;

    [Fact]
    public async Task A_listing_is_stored_found_listed_counted_and_deleted()
    {
        var listing = new JsonObject
        {
            ["id"] = "published-1",
            ["address"] = new JsonObject { ["oneLine"] = "7 Main Street" },
            ["latitude"] = "47.5",
            ["longitude"] = -122.25,
            ["rooms"] = new JsonObject { ["beds"] = 3 },
            ["intensity"] = 0.9,
            ["nothing"] = null,
            ["agent"] = "Zoë",
        };
        Assert.Equal("published-1", await Api.PostAsync(listing));

        JsonElement found = await GetAsync("/properties/published-1");
        Assert.Equal((47.5, 3, "Zoë"), (found.GetProperty("lat").GetDouble(), found.GetProperty("bedrooms").GetInt32(), found.GetProperty("agent").GetString()));
        JsonElement listed = await GetAsync("/properties?bbox=-123,47,-122,48&bedrooms_min=3&intensity_min=0.8");
        Assert.Contains(listed.GetProperty("properties").EnumerateArray(), one => one.GetProperty("id").GetString() == "published-1");
        Assert.Equal(100, listed.GetProperty("pagination").GetProperty("per_page").GetInt32());
        JsonElement before = await GetAsync("/status");
        Assert.True(before.GetProperty("hot_deals").GetInt32() >= 1);

        using HttpResponseMessage deleted = await Api.Http.DeleteAsync("/properties/published-1", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        JsonElement after = await GetAsync("/status");
        Assert.Equal(before.GetProperty("total_properties").GetInt32() - 1, after.GetProperty("total_properties").GetInt32());
        JsonElement gone = await GetAsync("/properties/published-1", HttpStatusCode.NotFound);
        Assert.Equal("There is no property with this id.", gone.GetProperty("message").GetString());
    }

    [Fact]
    public async Task It_is_alive_and_healthy()
    {
        Assert.Equal("Healthy", await Api.Http.GetStringAsync("/alive", TestContext.Current.CancellationToken));
        Assert.Equal("Healthy", await Api.Http.GetStringAsync("/health", TestContext.Current.CancellationToken));
        JsonElement health = await GetAsync("/healthz");
        Assert.Equal(("ok", "SQLite", "enabled"), (health.GetProperty("status").GetString(), health.GetProperty("database").GetString(), health.GetProperty("socketio").GetString()));
    }

    [Theory]
    [InlineData("""{"latitude": 91}""", HttpStatusCode.BadRequest, "latitude")]
    [InlineData("[]", HttpStatusCode.BadRequest, "object")]
    [InlineData("{", HttpStatusCode.BadRequest, "JSON")]
    public async Task What_cannot_be_stored_is_refused_with_a_message(string body, HttpStatusCode status, string message)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Api.Http.PostAsync("/update", content, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("error", error.GetProperty("status").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_large_a_listing_an_unreadable_filter_and_an_unknown_path_are_errors_in_the_same_form()
    {
        using var content = new StringContent($$"""{"text":"{{new string('a', 300_000)}}"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage large = await Api.Http.PostAsync("/update", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);

        Assert.Contains("price_min", (await GetAsync("/properties?price_min=cheap", HttpStatusCode.BadRequest)).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("There is nothing at this path.", (await GetAsync("/nowhere", HttpStatusCode.NotFound)).GetProperty("message").GetString());
        Assert.Contains("POST", (await GetAsync("/update", HttpStatusCode.MethodNotAllowed)).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_description_is_that_of_the_program_as_built()
    {
        await using ApiProcess built = await ApiProcess.StartAsync();
        var expected = JsonNode.Parse(await built.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var actual = JsonNode.Parse(await Api.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        expected!.AsObject().Remove("servers");
        actual!.AsObject().Remove("servers");

        Assert.Equal(expected.ToJsonString(), actual.ToJsonString());
        Assert.NotNull(actual["paths"]?["/update"]?["post"]?["requestBody"]);
    }

    private async Task<JsonElement> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using HttpResponseMessage answer = await Api.Http.GetAsync(path, TestContext.Current.CancellationToken);
        string body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == status, $"GET {path} answered {(int)answer.StatusCode}: {body}");
        return JsonElement.Parse(body);
    }
}
