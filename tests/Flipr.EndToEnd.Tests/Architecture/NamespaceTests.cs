using System.Text;
using Flipr.SocketIO;

namespace Flipr.EndToEnd.Tests.Architecture;

/// <summary>The layers inside <c>Flipr.SocketIO</c>, read off the compiled code: root -> Adapters, Protocol, EngineIO; those know neither root nor each other.</summary>
public class NamespaceTests
{
    private const string Root = "Flipr.SocketIO";
    private const string EngineIO = "Flipr.SocketIO.EngineIO";
    private const string Protocol = "Flipr.SocketIO.Protocol";
    private const string Adapters = "Flipr.SocketIO.Adapters";
    private const string Diagnostics = "Flipr.SocketIO.Diagnostics";

    [Theory]
    [InlineData(EngineIO, Root, Protocol, Adapters)]
    [InlineData(Protocol, Root, EngineIO, Adapters, Diagnostics)]
    [InlineData(Adapters, Root)]
    [InlineData(Diagnostics, Root, EngineIO, Protocol, Adapters)]
    public void A_layer_does_not_use_what_lies_above_or_beside_it(string layer, params string[] forbidden) =>
        Assert.Empty(Uses(layer).Where(use => forbidden.Contains(use.Used.Namespace)).Select(Describe).Distinct());

    [Fact]
    public void The_protocol_is_pure_functions_without_IO_and_without_ASP_NET_types() =>
        Assert.Empty(Uses(Protocol)
            .Where(use => use.Used.Namespace is { } name
                && (name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.StartsWith("System.Net", StringComparison.Ordinal)
                    || name.StartsWith("System.IO", StringComparison.Ordinal)))
            .Select(Describe).Distinct());

    /// <summary>A constant's name leaves no trace in the compiled code: read off the sources.</summary>
    [Theory]
    [InlineData("EngineIO")]
    [InlineData("Protocol")]
    [InlineData("Diagnostics")]
    public void A_layer_below_knows_no_option_names_of_the_layers_above(string folder)
    {
        string[] sources = Directory.GetFiles(Path.Combine(Repository.Root, "socketio", "Flipr.SocketIO", folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(sources);
        Assert.Empty(sources.Where(path => File.ReadAllText(path).Contains("SocketIOOptions.", StringComparison.Ordinal)).Select(Path.GetFileName));
    }

    /// <summary>The engine's sessions work with any transport: what they ask of it are capabilities.</summary>
    [Fact]
    public void Sessions_name_no_transport()
    {
        string[] sources = Directory.GetFiles(Path.Combine(Repository.Root, "socketio", "Flipr.SocketIO", "EngineIO", "Sessions"), "*.cs");
        Assert.NotEmpty(sources);
        Assert.Empty(sources.Where(path => File.ReadAllText(path) is var text
            && (text.Contains("PollingTransport", StringComparison.Ordinal) || text.Contains("WebSocketTransport", StringComparison.Ordinal))).Select(Path.GetFileName));
    }

    /// <summary>What these tests rest on.</summary>
    [Fact]
    public void A_use_that_only_the_body_of_a_method_shows_is_found() => Assert.Contains(typeof(StringBuilder), TypeUses.Of(typeof(Sample)));

    private static IEnumerable<(Type By, Type Used)> Uses(string layer)
    {
        Type[] types = [.. typeof(SocketIOServer).Assembly.GetTypes().Where(type => type.Namespace == layer)];
        Assert.NotEmpty(types);
        return types.SelectMany(type => TypeUses.Of(type).Select(used => (type, used)));
    }

    private static string Describe((Type By, Type Used) use) => $"{use.By} uses {use.Used}";

    private sealed class Sample
    {
        public static string Build() => new StringBuilder().Append(1).ToString();
    }
}
