using System.Security.Cryptography;
using YamlDotNet.RepresentationModel;

namespace Flipr.Testing;

/// <summary>The deployment on Render as <c>render.yaml</c> describes it.</summary>
public sealed class Blueprint
{
    private Blueprint(YamlMappingNode root) => Root = root;

    public YamlMappingNode Root { get; }

    /// <summary>The one service there is.</summary>
    public YamlMappingNode Service => (YamlMappingNode)((YamlSequenceNode)Root["services"]).Single();

    /// <summary>Its settings.</summary>
    public IEnumerable<YamlMappingNode> Variables => ((YamlSequenceNode)Service["envVars"]).Cast<YamlMappingNode>();

    /// <summary>Reads the repository's own.</summary>
    public static Blueprint Read()
    {
        using StreamReader file = File.OpenText(Path.Combine(Repository.Root, "render.yaml"));
        var yaml = new YamlStream();
        yaml.Load(file);
        return new Blueprint((YamlMappingNode)yaml.Documents.Single().RootNode);
    }

    /// <summary>A scalar of a mapping; null where it is not there.</summary>
    public static string? Text(YamlMappingNode node, string field) =>
        node.Children.TryGetValue(field, out YamlNode? value) ? ((YamlScalarNode)value).Value : null;

    /// <summary>What the process finds in its environment: what is written there, made up by Render, or entered in its dashboard; and the port.</summary>
    /// <param name="port"><c>PORT</c>, which Render sets.</param>
    /// <param name="entered">What was entered.</param>
    public Dictionary<string, string> Environment(string port, IReadOnlyDictionary<string, string> entered)
    {
        var environment = new Dictionary<string, string> { ["PORT"] = port };
        foreach (YamlMappingNode variable in Variables)
        {
            string key = Text(variable, "key")!;
            environment[key] = Text(variable, "value")
                ?? (Text(variable, "generateValue") == "true" ? Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) : entered[key]);
        }

        return environment;
    }
}
