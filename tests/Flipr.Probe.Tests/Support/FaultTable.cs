using System.Globalization;
using System.Text.RegularExpressions;

namespace Flipr.Probe.Tests.Support;

/// <summary>The table of faults in docs/probe.md. Its rows are what the probe really said, but for addresses and times.</summary>
internal static partial class FaultTable
{
    private static readonly Lazy<string[]> Lines = new(() => File.ReadAllLines(Path.Combine(Repository.Root, "docs", "probe.md")));

    /// <summary>The faults it has.</summary>
    public static IEnumerable<string> Faults => Lines.Value.Select(line => Row().Match(line)).Where(row => row.Success).Select(row => row.Groups[1].Value);

    /// <summary>Checks that the run found the fault, and that its row says what the probe said.</summary>
    /// <param name="injected">The fault, as the row calls it.</param>
    /// <param name="fault">Its stable name.</param>
    /// <param name="stage">The stage that is to find it.</param>
    /// <param name="result">The run.</param>
    /// <param name="authority">The address that differs from run to run.</param>
    public static void Holds(string injected, string fault, string stage, ProbeResult result, string authority)
    {
        string seen = Plain(result[stage], authority);
        Assert.True(ProbeResult.Text(result[stage], "fault") == fault, $"{injected}: {result.Output}");
        int code = result[stage].GetProperty("exitCode").GetInt32();
        Assert.Equal(result.OutcomeOf(stage) == "Failed" ? code : 0, result.ExitCode);
        string row = string.Create(CultureInfo.InvariantCulture, $"| {injected} | {result.ExitCode} | `{stage}` `{fault}` | {seen} |");
        Assert.True(Lines.Value.Contains(row), $"docs/probe.md lacks this row:\n{row}");
    }

    private static string Plain(System.Text.Json.JsonElement stage, string authority)
    {
        string said = $"{ProbeResult.Text(stage, "summary")}<br>*Cause:* {ProbeResult.Text(stage, "cause")}<br>*Remedy:* {ProbeResult.Text(stage, "remedy")}";
        return Time().Replace(said.Replace(authority, "HOST", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal), "N s");
    }

    [GeneratedRegex(@"^\| ([^|]+) \| \d+ \| `\w+` `[\w-]+` \|")]
    private static partial Regex Row();

    /// <summary>Measured times; limits such as those of the remedies stay.</summary>
    [GeneratedRegex(@"\d+ s(?= without traffic|, and the server's)")]
    private static partial Regex Time();
}
