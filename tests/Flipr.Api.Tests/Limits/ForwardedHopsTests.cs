using System.Text.Json;

namespace Flipr.Api.Tests.Limits;

/// <summary>A chain of proxies that is shorter than <c>FORWARDED_HOPS</c> says lets clients make up who they are: it is told.</summary>
public sealed class ForwardedHopsTests
{
    [Theory]
    [InlineData("198.51.100.1", true)]
    [InlineData("198.51.100.1, 198.51.100.2", false)]
    [InlineData("198.51.100.1, 198.51.100.2, 198.51.100.3", false)]
    [InlineData(null, false)]
    public async Task A_request_with_fewer_entries_than_hops_is_told_once(string? forwardedFor, bool isTold)
    {
        using ApiHost api = Shipped.Start();
        for (int n = 0; n < 3; n++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/alive");
            if (forwardedFor is not null)
            {
                request.Headers.Add("X-Forwarded-For", forwardedFor);
            }

            using HttpResponseMessage answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        string[] told = [.. api.Log.Text.Split('\n').Where(line => line.Contains("FORWARDED_HOPS", StringComparison.Ordinal))];
        Assert.Equal(isTold ? 1 : 0, told.Length);
        Assert.All(told, line => Assert.StartsWith("Warning ", line, StringComparison.Ordinal));
        Assert.All(told, line => Assert.Contains("FORWARDED_HOPS=1", line, StringComparison.Ordinal));
    }

    /// <summary>Known proxies end the chain by themselves: the number only bounds it.</summary>
    [Fact]
    public async Task Named_proxies_need_no_number()
    {
        using var api = new ApiHost(("TRUSTED_PROXIES", "127.0.0.0/8"), ("FORWARDED_HOPS", "2"));
        Assert.Equal("198.51.100.1", (await ClientAsync(api, "198.51.100.1")).GetProperty("address").GetString());
        Assert.DoesNotContain("FORWARDED_HOPS", api.Log.Text, StringComparison.Ordinal);
    }

    /// <summary>What docs/deployment.md lets an operator try: a made-up entry in front.</summary>
    [Theory]
    [InlineData("203.0.113.99, 198.51.100.7, 198.51.100.250", "198.51.100.7")]
    [InlineData("203.0.113.99, 198.51.100.7", "203.0.113.99")] // One proxy only: the made-up entry is believed.
    public async Task Everybody_can_see_who_the_server_takes_them_for(string forwardedFor, string address)
    {
        using ApiHost api = Shipped.Start();
        JsonElement client = await ClientAsync(api, forwardedFor);
        Assert.Equal(address, client.GetProperty("address").GetString());
        Assert.Equal(forwardedFor.Split(',').Length, client.GetProperty("forwarded_entries").GetInt32());
        Assert.Equal(2, client.GetProperty("forwarded_hops").GetInt32());
    }

    private static async Task<JsonElement> ClientAsync(ApiHost api, string forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/client");
        request.Headers.Add("X-Forwarded-For", forwardedFor);
        using HttpResponseMessage answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
