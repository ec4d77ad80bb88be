using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Flipr.Api.Tests;

/// <summary><c>render.yaml</c> next to what Render documents (render.com/docs/blueprint-spec), to what was agreed, and to what the program reads.</summary>
public sealed class BlueprintTests : IDisposable
{
    private static readonly string[] RootFields = ["services", "databases", "envVarGroups", "projects", "ungrouped", "previews"];

    /// <summary>Of a web service that is built from a Dockerfile.</summary>
    private static readonly string[] ServiceFields =
    [
        "name", "type", "runtime", "plan", "previews", "ipAllowList", "preDeployCommand", "region", "repo", "branch", "autoDeployTrigger", "domains",
        "renderSubdomainPolicy", "healthCheckPath", "maxShutdownDelaySeconds", "maintenanceMode", "initialDeployHook", "dockerCommand", "dockerfilePath",
        "dockerContext", "registryCredential", "numInstances", "scaling", "buildFilter", "rootDir", "envVars", "disk",
    ];

    private static readonly Dictionary<string, string[]> FieldValues = new()
    {
        ["type"] = ["web", "pserv", "worker", "cron", "keyvalue"],
        ["runtime"] = ["node", "python", "elixir", "go", "ruby", "rust", "docker", "image", "static"],
        ["plan"] = ["free", "starter", "standard", "pro", "pro plus", "pro max", "pro ultra"],
        ["region"] = ["oregon", "ohio", "virginia", "frankfurt", "singapore"],
        ["autoDeployTrigger"] = ["commit", "checksPass", "off"],
    };

    private readonly TestFolder _home = new();
    private readonly Blueprint _blueprint = Blueprint.Read();

    [Fact]
    public void It_says_only_what_Render_documents()
    {
        Assert.Subset(RootFields.ToHashSet(), Fields(_blueprint.Root));
        Assert.Subset(ServiceFields.ToHashSet(), Fields(_blueprint.Service));
        Assert.All(FieldValues, field => Assert.Contains(Blueprint.Text(_blueprint.Service, field.Key), field.Value));
        Assert.StartsWith("/", Blueprint.Text(_blueprint.Service, "healthCheckPath"), StringComparison.Ordinal);
        Assert.Distinct(_blueprint.Variables.Select(variable => Blueprint.Text(variable, "key")));
        Assert.All(_blueprint.Variables, variable =>
        {
            // A key and one source of its value.
            Assert.Equal(2, variable.Children.Count);
            Assert.NotNull(Blueprint.Text(variable, "key"));
            switch (Fields(variable).Single(field => field != "key"))
            {
                case "value":
                    // Quoted: unquoted, true and 2 are no text.
                    Assert.Equal(ScalarStyle.DoubleQuoted, ((YamlScalarNode)variable["value"]).Style);
                    break;
                case "sync":
                    Assert.Equal(("false", ScalarStyle.Plain), (Blueprint.Text(variable, "sync"), ((YamlScalarNode)variable["sync"]).Style));
                    break;
                case "generateValue":
                    Assert.Equal(("true", ScalarStyle.Plain), (Blueprint.Text(variable, "generateValue"), ((YamlScalarNode)variable["generateValue"]).Style));
                    break;
                case string other:
                    Assert.Fail($"{other} is no source of a value that is used here.");
                    break;
            }
        });
    }

    [Theory]
    [InlineData("type", "web")]
    [InlineData("name", "flipr-7")]
    [InlineData("runtime", "docker")]
    [InlineData("plan", "free")]
    [InlineData("region", "oregon")]
    [InlineData("healthCheckPath", "/alive")]
    [InlineData("autoDeployTrigger", "commit")]
    public void The_service_is_the_one_that_was_agreed(string field, string value) => Assert.Equal(value, Blueprint.Text(_blueprint.Service, field));

    [Theory]
    [InlineData("DATABASE_URL", "sync", "false")]
    [InlineData("PRODUCTION", "value", "true")]
    [InlineData("DISABLE_SQLITE_FALLBACK", "value", "true")]
    [InlineData("FLIPR_API_KEY", "generateValue", "true")]
    [InlineData("ALLOW_ANONYMOUS_UPDATES", "value", "true")]
    [InlineData("TRUSTED_PROXIES", "value", "*")]
    [InlineData("FORWARDED_HOPS", "value", "2")]
    public void The_settings_are_those_that_were_agreed(string name, string source, string value) =>
        Assert.Equal(value, Blueprint.Text(_blueprint.Variables.Single(variable => Blueprint.Text(variable, "key") == name), source));

    [Fact]
    public void Render_finds_the_Dockerfile_where_it_looks_for_it() => Assert.True(File.Exists(Path.Combine(Repository.Root, "Dockerfile")));

    [Fact]
    public void Every_setting_that_it_names_is_one_that_the_program_reads()
    {
        var asked = new AskedSettings();
        using var configuration = new ConfigurationRoot([asked]);
        FliprSettings.Read(configuration, WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development" }).Environment);

        Assert.Subset(asked.Names, _blueprint.Variables.Select(variable => Blueprint.Text(variable, "key")!).ToHashSet());
    }

    [Theory]
    [InlineData("DATABASE_URL", "DATABASE_URL is not set")]
    [InlineData("FLIPR_API_KEY ALLOW_ANONYMOUS_UPDATES", "FLIPR_API_KEY is not set")]
    public async Task Production_does_not_start_without_what_it_needs(string without, string problem)
    {
        await using ApiProcess process = Start(Ports.Free(), without.Split(' '));

        Assert.NotEqual(0, await process.Command.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Contains(problem, process.Command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_starts_with_what_it_names_and_its_health_path_answers_while_the_database_is_away()
    {
        int port = Ports.Free();
        await using ApiProcess process = Start(port);
        await process.Command.WaitForOutputAsync("Flipr is at ", TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };

        using HttpResponseMessage health = await http.GetAsync(Blueprint.Text(_blueprint.Service, "healthCheckPath"), TestContext.Current.CancellationToken);
        using HttpResponseMessage monitored = await http.GetAsync("/healthz", TestContext.Current.CancellationToken);
        using HttpResponseMessage posted = await http.PostAsync("/update", new StringContent("{}"), TestContext.Current.CancellationToken);
        using HttpResponseMessage healthAfterwards = await http.GetAsync(Blueprint.Text(_blueprint.Service, "healthCheckPath"), TestContext.Current.CancellationToken);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK),
            (health.StatusCode, monitored.StatusCode, posted.StatusCode, healthAfterwards.StatusCode));
        Assert.False(File.Exists(_home.File("properties.db")));
    }

    public void Dispose() => _home.Dispose();

    private static HashSet<string> Fields(YamlMappingNode node) => [.. node.Children.Keys.Select(field => ((YamlScalarNode)field).Value!)];

    /// <summary>Starts the program with exactly what Render would give it, and a database at which nothing listens.</summary>
    private ApiProcess Start(int port, params IEnumerable<string> without)
    {
        Dictionary<string, string> environment = _blueprint.Environment(
            port.ToString(CultureInfo.InvariantCulture),
            new Dictionary<string, string> { ["DATABASE_URL"] = string.Create(CultureInfo.InvariantCulture, $"postgres://u:p@127.0.0.1:{Ports.Free()}/db") });
        return ApiProcess.Start(_home, environment.Where(variable => !without.Contains(variable.Key)).Select(variable => (variable.Key, variable.Value)));
    }

    /// <summary>A configuration with nothing in it, which remembers what it was asked for.</summary>
    private sealed class AskedSettings : ConfigurationProvider
    {
        public HashSet<string> Names { get; } = [];

        public override bool TryGet(string key, out string? value)
        {
            Names.Add(key);
            return base.TryGet(key, out value);
        }
    }
}
