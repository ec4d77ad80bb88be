using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Flipr.EndToEnd.Tests.Support;
using Flipr.Testing.Otlp;
using SocketIOClient;
using SocketIOClient.Transport;
using Client = SocketIOClient.SocketIO;

namespace Flipr.EndToEnd.Tests.Published;

/// <summary>What a collector hears of the published program: trimming and native code have taken nothing from it.</summary>
public sealed partial class PublishedTelemetryTests
{
    [Fact]
    public async Task A_posted_listing_is_one_trace_and_metrics_and_logs_arrive()
    {
        PublishedApi.Require();
        DirectoryInfo home = Directory.CreateTempSubdirectory("flipr-telemetry-");
        try
        {
            await using var receiver = new OtlpReceiver();
            await using Command program = Command.Start(await PublishedProgram.PathAsync(), ["--contentRoot", home.FullName], home.FullName, Settings(receiver));
            await program.WaitForOutputAsync("Flipr is at", TestContext.Current.CancellationToken);
            using var http = new HttpClient { BaseAddress = new Uri(Address().Match(program.Output).Value) };

            var inbox = new Inbox("a client");
            using var client = new Client(http.BaseAddress, new SocketIOOptions { Transport = TransportProtocol.WebSocket });
            client.OnAny((name, response) => inbox.Add(name, response.Count > 0 ? response.GetValue() : default));
            await client.ConnectAsync().Within(() => "the client to connect");
            await inbox.WaitForAsync("connection_status");
            using HttpResponseMessage answer = await http.PostAsJsonAsync("/update", new JsonObject { ["id"] = "a", ["price"] = 1 }, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, program.Output);
            JsonElement listing = await inbox.WaitForAsync("new_property");
            Assert.Equal("a", listing.GetProperty("id").GetString());

            await receiver.WaitUntilAsync(
                all => all.Spans.Any(span => span.Name == "publish new_property") && all.Spans.Any(span => span.Kind == OtlpSpanKind.Server && span.Name.Contains("/update", StringComparison.Ordinal))
                    && all.Metrics.Any(metric => metric.Name.StartsWith("flipr.", StringComparison.Ordinal)) && all.Logs.Count > 0,
                TestContext.Current.CancellationToken);

            OtlpSpan request = Assert.Single(receiver.Spans, span => span.Kind == OtlpSpanKind.Server && span.Name.Contains("/update", StringComparison.Ordinal));
            OtlpSpan publish = Assert.Single(receiver.Spans, span => span.Name == "publish new_property");
            Assert.Equal(request.TraceId, publish.TraceId);
            Assert.Contains(receiver.Spans, span => span.TraceId == request.TraceId && span.Attributes.GetValueOrDefault("db.system.name") == "sqlite");
            Assert.All(receiver.Spans, span => Assert.Equal("native", span.Service));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string?> Settings(OtlpReceiver receiver)
    {
        var settings = new Dictionary<string, string?>
        {
            ["PRODUCTION"] = "false",
            ["PORT"] = Ports.Free().ToString(CultureInfo.InvariantCulture),
            ["DATABASE_URL"] = null,
            ["ASPNETCORE_ENVIRONMENT"] = null,
            ["DOTNET_ENVIRONMENT"] = null,
            ["ASPNETCORE_URLS"] = null,
            ["ASPNETCORE_HTTP_PORTS"] = null,
        };
        foreach ((string name, string value) in receiver.SettingsOf("native"))
        {
            settings[name] = value;
        }

        return settings;
    }

    [GeneratedRegex(@"http://localhost:\d+")]
    private static partial Regex Address();
}
