using System.Xml.Linq;

namespace Flipr.EndToEnd.Tests.Architecture;

/// <summary>Dependencies between the projects point one way (the house's plan). A new project must be entered here.</summary>
public class ProjectReferenceTests
{
    private const string BuildOrder = " (build order only)";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Flipr.SocketIO"] = [],
        ["Flipr.SocketIO.Samples.Chat"] = ["Flipr.SocketIO"],
        ["Flipr.ServiceDefaults"] = [],
        ["Flipr.Web.Mock"] = ["Flipr.ServiceDefaults"],
        ["Flipr.Api"] = ["Flipr.SocketIO", "Flipr.ServiceDefaults", "Flipr.Web.Mock" + BuildOrder],
        ["Flipr.AppHost"] = ["Flipr.Api", "Flipr.Web.Mock"],
        ["Flipr.Probe"] = [],
        ["Flipr.SocketIO.Benchmarks"] = ["Flipr.SocketIO"],
        ["Flipr.Api.Benchmarks"] = ["Flipr.Api.Faults"],
        ["Flipr.Web.Benchmarks"] = ["Flipr.Testing", "Flipr.Api" + BuildOrder],
        ["Flipr.Testing"] = [],
        ["Flipr.Api.Faults"] = ["Flipr.Testing", "Flipr.Api" + BuildOrder],
        ["Flipr.SocketIO.Fuzz"] = ["Flipr.SocketIO"],
        ["Flipr.SocketIO.AotApp"] = ["Flipr.SocketIO"],
    };

    [Fact]
    public void Projects_reference_only_what_lies_below_them()
    {
        string[] projects = [.. Directory.EnumerateFiles(Repository.Root, "Flipr.*.csproj", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(".Tests.csproj", StringComparison.Ordinal))
            .Where(path => !path.Contains("node_modules", StringComparison.Ordinal))];
        Assert.NotEmpty(projects);

        Assert.All(projects, path =>
        {
            string name = Path.GetFileNameWithoutExtension(path);
            Assert.True(Allowed.TryGetValue(name, out string[]? allowed), $"{name} is new: say here what it may reference.");
            Assert.Empty(References(path).Except(allowed!));
        });
    }

    [Fact]
    public void The_Socket_IO_server_depends_on_the_shared_framework_and_nothing_else()
    {
        var project = XDocument.Load(Path.Combine(Repository.Root, "socketio", "Flipr.SocketIO", "Flipr.SocketIO.csproj"));

        // An analyzer that stays private to the build is no dependency of who uses the library.
        Assert.Empty(project.Descendants("PackageReference").Where(package => package.Attribute("PrivateAssets")?.Value is not "all").Select(package => package.Attribute("Include")?.Value));
        Assert.Equal(["Microsoft.AspNetCore.App"], project.Descendants("FrameworkReference").Select(framework => framework.Attribute("Include")?.Value));
    }

    private static IEnumerable<string> References(string path) =>
        from reference in XDocument.Load(path).Descendants("ProjectReference")
        let name = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
        select reference.Attribute("ReferenceOutputAssembly")?.Value is "false" ? name + BuildOrder : name;
}
