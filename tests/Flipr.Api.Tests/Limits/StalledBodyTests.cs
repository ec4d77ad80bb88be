using System.Net;

namespace Flipr.Api.Tests.Limits;

/// <summary>Bodies that begin and do not go on.</summary>
public sealed class StalledBodyTests
{
    private const string Stranger = "198.51.100.7";
    private const string Other = "198.51.100.8";

    /// <summary>As shipped: the test ends long before Kestrel's own limit, which let each of them stay 35 s.</summary>
    [Fact]
    public async Task A_stranger_holds_only_a_few_and_nobody_else_waits()
    {
        using ApiHost api = Shipped.Start();
        using var refused = new Counters(api, "flipr.updates.refused");
        var stalled = new List<RawRequest>();
        try
        {
            for (int n = 0; n < 300; n++)
            {
                stalled.Add(await RawRequest.StallAsync(api.Url, Stranger));
            }

            // All but 32 are answered at once, while the others still stall.
            var answers = stalled.Select(request => request.ReadAsync()).ToList();
            for (int n = 0; n < 268; n++)
            {
                Task<string> answer = await Task.WhenAny(answers);
                answers.Remove(answer);
                string text = await answer;
                Assert.StartsWith("HTTP/1.1 429 ", text, StringComparison.Ordinal);
                Assert.Contains("Retry-After: ", text, StringComparison.Ordinal);
            }

            Assert.Equal(268, refused["bodies"]);
            using HttpResponseMessage other = await api.PostAsync(Other, "{}"u8.ToArray());
            using HttpResponseMessage withKey = await api.PostAsync(Stranger, "{}"u8.ToArray(), Shipped.Key);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (other.StatusCode, withKey.StatusCode));
        }
        finally
        {
            stalled.ForEach(request => request.Dispose());
        }
    }

    [Fact]
    public async Task A_body_that_takes_too_long_is_answered_408_and_its_connection_ends()
    {
        using ApiHost api = Shipped.Start(("MAX_UPDATE_SECONDS", "1"), ("MAX_ANONYMOUS_BODIES_IN_FLIGHT", "1"));
        using var refused = new Counters(api, "flipr.updates.refused");
        using RawRequest stalled = await RawRequest.StallAsync(api.Url, Stranger);

        string answer = await stalled.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("MAX_UPDATE_SECONDS", answer, StringComparison.Ordinal);
        Assert.Equal(1, refused["body_time"]);
        using HttpResponseMessage next = await api.PostAsync(Stranger, "{}"u8.ToArray());
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task All_bodies_together_have_a_limit_and_strangers_leave_some_to_the_key()
    {
        using ApiHost api = Shipped.Start(("MAX_BODIES_IN_FLIGHT", "4"), ("MAX_ANONYMOUS_BODIES_IN_FLIGHT", "2"), ("MAX_UPDATE_SECONDS", "600"));
        var stalled = new List<RawRequest>();
        try
        {
            foreach (string client in (string[])[Stranger, Stranger, Other])
            {
                stalled.Add(await RawRequest.StallAsync(api.Url, client));
            }

            // Each of them is in flight when this one is refused, which their number is not enough for otherwise.
            await Eventually.ThatAsync(async () =>
            {
                using HttpResponseMessage answer = await api.PostAsync("198.51.100.9", "{}"u8.ToArray());
                return answer is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter: not null };
            });
            using HttpResponseMessage withKey = await api.PostAsync(Stranger, "{}"u8.ToArray(), Shipped.Key);
            Assert.Equal(HttpStatusCode.OK, withKey.StatusCode);
            stalled.Add(await RawRequest.StallAsync(api.Url, Stranger, Shipped.Key));
            await Eventually.ThatAsync(async () =>
            {
                using HttpResponseMessage answer = await api.PostAsync(Stranger, "{}"u8.ToArray(), Shipped.Key);
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            });
        }
        finally
        {
            stalled.ForEach(request => request.Dispose());
        }

        // Who goes away makes room.
        await Eventually.ThatAsync(async () =>
        {
            using HttpResponseMessage answer = await api.PostAsync(Other, "{}"u8.ToArray());
            return answer.StatusCode == HttpStatusCode.OK;
        });
    }
}
