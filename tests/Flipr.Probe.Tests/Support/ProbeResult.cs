using System.Text.Json;

namespace Flipr.Probe.Tests.Support;

/// <summary>What a run of the probe gave, as its JSON says.</summary>
internal sealed class ProbeResult(int exitCode, string output)
{
    private readonly JsonElement _run = Parse(output);

    public int ExitCode => exitCode;

    public JsonElement Run => _run;

    public string Output => output;

    public JsonElement this[string stage] => _run.GetProperty("stages").EnumerateArray().Single(candidate => candidate.GetProperty("stage").GetString() == stage);

    public IEnumerable<(string Stage, string Outcome)> Outcomes =>
        _run.GetProperty("stages").EnumerateArray().Select(stage => (Text(stage, "stage")!, Text(stage, "outcome")!));

    public string? OutcomeOf(string stage) => Text(this[stage], "outcome");

    public string SummaryOf(string stage) => Text(this[stage], "summary")!;

    /// <summary>Whether a client with these transports connects, and why not.</summary>
    public (bool Connects, string Reason) Client(string transports)
    {
        JsonElement client = _run.GetProperty("clients").EnumerateArray().Single(candidate => Text(candidate, "transports") == transports);
        return (client.GetProperty("connects").GetBoolean(), Text(client, "reason")!);
    }

    public static string? Text(JsonElement element, string field) => element.GetProperty(field).GetString();

    private static JsonElement Parse(string output)
    {
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
