using System.Globalization;
using System.Text.RegularExpressions;
using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>docs/probe.md next to the program.</summary>
public sealed partial class FaultTableTests
{
    [Fact]
    public void Every_fault_of_the_table_is_injected_by_a_test()
    {
        string tests = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Flipr.Probe.Tests"), "*FaultTests.cs").Select(File.ReadAllText));

        Assert.NotEmpty(FaultTable.Faults);
        Assert.All(FaultTable.Faults, fault => Assert.Contains($"\"{fault}\"", tests, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_stage_stands_in_the_docs_and_in_the_help_with_its_exit_code()
    {
        string docs = File.ReadAllText(Path.Combine(Repository.Root, "docs", "probe.md"));

        Assert.Equal(
            ProbeRun.Stages.Select(stage => (stage.ExitCode.ToString(CultureInfo.InvariantCulture), stage.Id)).Order(),
            StageRow().Matches(docs).Select(row => (row.Groups[1].Value, row.Groups[2].Value)).Order());
        Assert.All(ProbeRun.Stages, stage => Assert.Contains($" {stage.ExitCode} ", CommandLine.Help, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(?m)^\| (\d+) \| `(\w+)` \|")]
    private static partial Regex StageRow();
}
