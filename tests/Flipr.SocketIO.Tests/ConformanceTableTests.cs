using System.Reflection;
using System.Text.RegularExpressions;

namespace Flipr.SocketIO.Tests;

/// <summary>docs/socketio-conformance.md names tests that exist, and leaves none of the protocol's tests out.</summary>
public sealed partial class ConformanceTableTests
{
    private static readonly Type[] TestClasses =
        [.. typeof(ConformanceTableTests).Assembly.GetTypes().Where(t => t is { IsNested: false, IsPublic: true } && t.Name.EndsWith("Tests", StringComparison.Ordinal))];

    [Fact]
    public void Every_test_that_the_table_names_exists()
    {
        string[] missing = [.. Named().Where(name => !IsTest(name))];

        Assert.True(missing.Length == 0, $"docs/socketio-conformance.md names tests that do not exist:\n{string.Join('\n', missing)}");
    }

    [Fact]
    public void Every_class_of_protocol_tests_is_in_the_table()
    {
        var named = Named().Select(name => name.Split('.')[0]).ToHashSet();

        string[] missing = [.. TestClasses
            .Where(t => t.Namespace is "Flipr.SocketIO.Tests.EngineIO" or "Flipr.SocketIO.Tests.SocketIO")
            .Select(t => t.Name)
            .Where(name => !named.Contains(name))];

        Assert.True(missing.Length == 0, $"docs/socketio-conformance.md has no rule for:\n{string.Join('\n', missing)}");
    }

    private static bool IsTest(string name)
    {
        string[] parts = name.Split('.');
        return TestClasses.SingleOrDefault(t => t.Name == parts[0])?.GetMethod(parts[1])?.GetCustomAttribute<FactAttribute>() is not null;
    }

    private static string[] Named()
    {
        using Stream table = typeof(ConformanceTableTests).Assembly.GetManifestResourceStream("socketio-conformance.md")!;
        using var reader = new StreamReader(table);
        return [.. TestName().Matches(reader.ReadToEnd()).Select(m => m.Groups[1].Value)];
    }

    [GeneratedRegex("`([A-Za-z0-9]+Tests\\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
