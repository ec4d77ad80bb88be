using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Flipr.Api.Tests.Limits;

/// <summary>What strangers can post with the settings as they are shipped.</summary>
public sealed class AnonymousUpdateTests
{
    private const string Stranger = "198.51.100.7";
    private const string Other = "198.51.100.8";

    [Fact]
    public async Task One_stranger_cannot_fill_the_database()
    {
        using ApiHost api = Shipped.Start();
        using var refused = new Counters(api, "flipr.updates.refused");
        HttpStatusCode[] answers = await PostManyAsync(api, Stranger, 800, 250_000);

        int taken = answers.Count(status => status == HttpStatusCode.OK);
        Assert.InRange(taken, 30, 80);
        Assert.Equal(800 - taken, answers.Count(status => status == HttpStatusCode.TooManyRequests));
        Assert.InRange(StoredBytes(api), 1, 45_000_000);
        Assert.InRange(refused["client_bytes"], 1, 800);

        // So many were also too many in a minute: that limit lets go again, the day's does not.
        await Eventually.ThatAsync(async () =>
        {
            using HttpResponseMessage answer = await api.PostAsync(Stranger, Shipped.Listing(0, 250_000));
            string message = await ApiHost.ErrorAsync(answer, HttpStatusCode.TooManyRequests);
            Assert.Contains("API key", message, StringComparison.Ordinal);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 86_400);
            return message.Contains("MAX_ANONYMOUS_BYTES_PER_DAY", StringComparison.Ordinal);
        });
        using HttpResponseMessage other = await api.PostAsync(Other, Shipped.Listing(0, 250_000));
        using HttpResponseMessage withKey = await api.PostAsync(Stranger, Shipped.Listing(0, 250_000), Shipped.Key);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (other.StatusCode, withKey.StatusCode));
        // Once for this client, however often, and whichever limit it was.
        Assert.Single(Warnings(api, Stranger));
    }

    [Fact]
    public async Task Many_strangers_together_cannot_fill_it_either()
    {
        using ApiHost api = Shipped.Start(("MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL", "2000000"));
        var answers = new List<HttpStatusCode>();
        for (int n = 0; n < 10; n++)
        {
            using HttpResponseMessage answer = await api.PostAsync($"198.51.100.{n}", Shipped.Listing(n, 250_000));
            answers.Add(answer.StatusCode);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                Assert.Contains("MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL", await ApiHost.ErrorAsync(answer, HttpStatusCode.TooManyRequests), StringComparison.Ordinal);
            }
        }

        Assert.Equal(3, answers.Count(status => status == HttpStatusCode.OK));
        using HttpResponseMessage withKey = await api.PostAsync(Stranger, Shipped.Listing(0, 250_000), Shipped.Key);
        Assert.Equal(HttpStatusCode.OK, withKey.StatusCode);
        Assert.Single(Warnings(api, "MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL"));
    }

    [Fact]
    public async Task A_stranger_may_post_far_less_often_than_the_key()
    {
        using ApiHost api = Shipped.Start();
        using var refused = new Counters(api, "flipr.updates.refused");
        HttpStatusCode[] answers = await PostManyAsync(api, Stranger, 2_000, 100);

        // A minute's worth at once, and what comes in the seconds that it takes.
        Assert.InRange(answers.Count(status => status == HttpStatusCode.OK), 600, 1_500);
        Assert.InRange(answers.Count(status => status == HttpStatusCode.TooManyRequests), 500, 1_400);
        Assert.InRange(refused["rate"], 500, 1_400);
        HttpResponseMessage answer = await api.PostAsync(Stranger, Shipped.Listing(0, 100));
        for (int i = 0; answer.StatusCode != HttpStatusCode.TooManyRequests && i < 1_000; i++)
        {
            answer.Dispose();
            answer = await api.PostAsync(Stranger, Shipped.Listing(0, 100));
        }

        string message = await ApiHost.ErrorAsync(answer, HttpStatusCode.TooManyRequests);
        Assert.Contains("MAX_ANONYMOUS_UPDATES_PER_MINUTE", message, StringComparison.Ordinal);
        Assert.Contains("API key", message, StringComparison.Ordinal);
        Assert.NotNull(answer.Headers.RetryAfter);
        answer.Dispose();
        using HttpResponseMessage other = await api.PostAsync(Other, Shipped.Listing(0, 100));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        for (int n = 0; n < 700; n++)
        {
            using HttpResponseMessage withKey = await api.PostAsync(Stranger, Shipped.Listing(0, 100), Shipped.Key);
            Assert.Equal(HttpStatusCode.OK, withKey.StatusCode);
        }
    }

    [Fact]
    public async Task What_was_not_stored_costs_nothing_of_the_day()
    {
        using ApiHost api = Shipped.Start(("MAX_ANONYMOUS_BYTES_PER_DAY", "40000"), ("MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL", "40000"));
        byte[] bad = Shipped.Listing(0, 8_000)[..^1];
        for (int n = 0; n < 10; n++)
        {
            using HttpResponseMessage refused = await api.PostAsync(Stranger, bad);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests],
            [await StatusAsync(api, Stranger), await StatusAsync(api, Stranger), await StatusAsync(api, Stranger)]);
    }

    [Fact]
    public async Task The_repeat_of_a_request_costs_nothing_of_the_day()
    {
        // Room for two: what a request may cost is taken before it is known.
        using ApiHost api = Shipped.Start(("MAX_ANONYMOUS_BYTES_PER_DAY", "50000"));
        string listing = """{"address":"1 Main St","description":"DESCRIPTION"}""".Replace("DESCRIPTION", new string('x', 10_000), StringComparison.Ordinal);
        for (int n = 0; n < 6; n++)
        {
            using HttpResponseMessage answer = await api.PostAsync(Stranger, Encoding.UTF8.GetBytes(listing));
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"Attempt {n}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }

    /// <summary>One customer's IPv6 network is one client; a body without a length counts as what it was.</summary>
    [Fact]
    public async Task A_client_is_a_network_of_IPv6_and_a_chunked_body_counts_as_what_it_was()
    {
        using ApiHost api = Shipped.Start(("MAX_ANONYMOUS_BYTES_PER_DAY", "600000"));
        var answers = new List<HttpStatusCode>();
        for (int n = 0; n < 5; n++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/update") { Content = new ByteArrayContent(Shipped.Listing(n, 10_000)) };
            request.Headers.TransferEncodingChunked = true;
            request.Headers.Add("X-Forwarded-For", Shipped.ForwardedFor($"2001:db8::{n}"));
            using HttpResponseMessage answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
            answers.Add(answer.StatusCode);
        }

        // Until its end nobody knows how long such a body is: the most that it may be must be left.
        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.OK, 4), HttpStatusCode.TooManyRequests], answers);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, "2001:db8:0:1::1"));
    }

    [Fact]
    public async Task Without_a_key_in_development_nobody_is_limited()
    {
        using var api = new ApiHost(("MAX_ANONYMOUS_UPDATES_PER_MINUTE", "1"), ("MAX_ANONYMOUS_BYTES_PER_DAY", "1"));
        for (int n = 0; n < 5; n++)
        {
            await api.StoreAsync("{}");
        }
    }

    [Fact]
    public async Task Production_without_a_key_limits_everybody()
    {
        using ApiHost api = ApiHost.InProduction(("ALLOW_ANONYMOUS_UPDATES", "true"), ("MAX_ANONYMOUS_BYTES_PER_DAY", "20000"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, Stranger));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(api, Stranger));
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiHost api, string client)
    {
        using HttpResponseMessage answer = await api.PostAsync(client, Shipped.Listing(1, 8_000));
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode[]> PostManyAsync(ApiHost api, string client, int count, int bytes)
    {
        var answers = new HttpStatusCode[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken }, async (n, _) =>
        {
            using HttpResponseMessage answer = await api.PostAsync(client, Shipped.Listing(n, bytes));
            answers[n] = answer.StatusCode;
        });
        return answers;
    }

    private static long StoredBytes(ApiHost api) =>
        Directory.EnumerateFiles(api.Services.GetRequiredService<IHostEnvironment>().ContentRootPath, "properties.db*").Sum(file => new FileInfo(file).Length);

    private static IEnumerable<string> Warnings(ApiHost api, string about) =>
        api.Log.Text.Split('\n').Where(line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(about, StringComparison.Ordinal));
}
