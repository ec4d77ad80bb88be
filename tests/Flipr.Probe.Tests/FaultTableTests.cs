using System.Globalization;
using System.Text.Json;
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

    [Fact]
    public void Every_fault_that_the_program_can_name_stands_in_the_docs()
    {
        string docs = File.ReadAllText(Path.Combine(Repository.Root, "docs", "probe.md"));
        string source = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "Flipr.Probe"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        string[] faults = [.. FaultName().Matches(source).SelectMany(fault => fault.Groups["name"].Captures).Select(name => name.Value).Distinct()];

        Assert.NotEmpty(faults);
        Assert.All(faults, fault => Assert.Contains($"`{fault}`", docs, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_JSON_has_the_fields_that_the_docs_show()
    {
        string docs = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "probe.md"), TestContext.Current.CancellationToken);
        using var shown = JsonDocument.Parse(docs.Split("```json")[1].Split("```")[0]);
        ProbeResult result = await ProbeProgram.DiagnoseAsync($"127.0.0.1:{Ports.Free()}");

        Assert.Equal(Fields(shown.RootElement), Fields(result.Run));
        Assert.Equal(1, result.Run.GetProperty("version").GetInt32());
        foreach (string list in (string[])["stages", "clients"])
        {
            Assert.Equal(Fields(shown.RootElement.GetProperty(list)[0]), Fields(result.Run.GetProperty(list)[0]));
        }
    }

    private static IEnumerable<string> Fields(JsonElement element) => element.EnumerateObject().Select(field => field.Name);

    [GeneratedRegex("""Finding\.(Failed|Warned)\(\s*(\w+ \? )?"(?<name>[\w-]+)"( : "(?<name>[\w-]+)")?""")]
    private static partial Regex FaultName();

    [GeneratedRegex(@"(?m)^\| (\d+) \| `(\w+)` \|")]
    private static partial Regex StageRow();
}
