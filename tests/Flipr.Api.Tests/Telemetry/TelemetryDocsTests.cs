using System.Diagnostics.Metrics;
using Flipr.Testing.Otlp;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests.Telemetry;

/// <summary>docs/telemetry.md has the names that exist, and no others.</summary>
public sealed class TelemetryDocsTests
{
    /// <summary>What a healthy run without limits does not measure.</summary>
    private static readonly string[] Rare = ["socketio.upgrades", "socketio.limits.exceeded", "socketio.messages.dropped", "socketio.handlers.errors", "flipr.updates.refused", "flipr.events.refused"];

    private static readonly string[][] Rows =
        [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "telemetry.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(Cells)];

    private static IEnumerable<string[]> Metrics => Rows.Where(row => row.Length == 5);

    private static IEnumerable<string[]> Spans => Rows.Where(row => row.Length == 4);

    private static IEnumerable<string> Attributes => Rows.Where(row => row.Length == 3).Select(row => row[0]);

    [Fact]
    public void The_documented_instruments_are_those_that_exist()
    {
        using var api = new ApiHost();
        IMeterFactory scope = api.Services.GetRequiredService<IMeterFactory>();
        var existing = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Scope == scope && instrument.Meter.Name.StartsWith("Flipr.", StringComparison.Ordinal))
                {
                    existing.Add($"{instrument.Meter.Name} {instrument.Name} {instrument.Unit} {KindOf(instrument)}");
                }
            },
        };
        listener.Start();

        Assert.Equal(
            Metrics.Select(row => $"{(row[0].StartsWith("socketio.", StringComparison.Ordinal) ? "Flipr.SocketIO" : "Flipr.Api")} {row[0]} {row[1]} {row[2]}").Order(),
            existing.Order());
    }

    [Fact]
    public async Task What_is_documented_arrives_and_nothing_else_of_Fliprs_own()
    {
        using TestDatabase database = TestDatabase.OfSqlite();
        await using var receiver = new OtlpReceiver();
        await using TracedApi api = await TracedApi.StartAsync(
            database, receiver, "one", ("FLIPR_API_KEY", "key"), ("ALLOW_ANONYMOUS_UPDATES", "true"));
        await using (SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url))
        {
            await client.NextAsync("connection_status");
            await client.EmitAsync("""["nobody_handles_this"]""");
            await client.EmitAsync("""["ping_test",1]""");
            await client.NextAsync("pong_response");
            await api.PostAsync("""{"id":"a"}""");
            await client.NextAsync("new_property");
        }

        await api.GetAsync("/socket.io/?EIO=4&transport=none");
        await api.GetAsync("/properties");
        string[] expected = [.. Metrics.Select(row => row[0]).Except(Rare), "http.server.request.duration"];
        await receiver.WaitUntilAsync(
            all => !expected.Except(all.Metrics.Select(point => point.Name)).Any() && !Spans.Select(row => row[0]).Except(Own(all).Select(NameOf)).Any(),
            TestContext.Current.CancellationToken);

        Assert.Equal(
            Spans.Select(row => $"{row[0]} {row[1]} {row[2]}").Order(),
            Own(receiver).Select(span => $"{NameOf(span)} {span.Scope} {span.Kind.ToString().ToLowerInvariant()}").Distinct().Order());
        Assert.Empty(Own(receiver).SelectMany(span => span.Attributes.Keys).Distinct().Except(Attributes));
        Assert.Empty(Attributes.Except(Own(receiver).SelectMany(span => span.Attributes.Keys)));
        foreach (OtlpMetric point in receiver.Metrics.Where(point => point.Scope.StartsWith("Flipr.", StringComparison.Ordinal)))
        {
            string[] row = Assert.Single(Metrics, row => row[0] == point.Name);
            Assert.Equal(row[1], point.Unit);
            Assert.Equal(row[3].Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(), point.Attributes.Keys.Order());
        }

        // A request that lasts as long as its connection says nothing about requests.
        IEnumerable<OtlpMetric> durations = receiver.Metrics.Where(point => point.Name == "http.server.request.duration");
        Assert.Contains(durations, point => point.Attributes.GetValueOrDefault("http.route") == "/update");
        Assert.DoesNotContain(durations, point => point.Attributes.GetValueOrDefault("http.route", "").StartsWith("/socket.io", StringComparison.Ordinal));
    }

    private static IEnumerable<OtlpSpan> Own(OtlpReceiver receiver) => receiver.Spans.Where(span => span.Scope.StartsWith("Flipr.", StringComparison.Ordinal));

    /// <summary>The name with its variable part as the page has it.</summary>
    private static string NameOf(OtlpSpan span) => span.Name.Split(' ') is [("process" or "publish" or "announce") and var verb, _] ? $"{verb} {{event}}" : span.Name;

    private static string[] Cells(string row) => [.. row.Trim('|').Split('|').Select(cell => cell.Replace("`", "", StringComparison.Ordinal).Trim())];

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" => "counter",
        "UpDownCounter" or "ObservableUpDownCounter" => "up-down counter",
        "ObservableGauge" => "gauge",
        _ => "histogram",
    };
}
