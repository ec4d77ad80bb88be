using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>How the program starts and ends, as a process.</summary>
public sealed class StartTests : IDisposable
{
    private static readonly (string, string) Development = ("ASPNETCORE_ENVIRONMENT", "Development");

    private readonly TestFolder _home = new();

    [Theory]
    [InlineData("", "DATABASE_URL is not set", "PRODUCTION=false")]
    [InlineData("PRODUCTION=1", "DATABASE_URL is not set", "PRODUCTION=false")]
    [InlineData("PRODUCTION=yes;ASPNETCORE_ENVIRONMENT=Development", "DATABASE_URL is not set", "PRODUCTION=false")]
    [InlineData("PRODUCTION=false;DISABLE_SQLITE_FALLBACK=TRUE", "DATABASE_URL is not set", "DISABLE_SQLITE_FALLBACK")]
    [InlineData("PRODUCTION=false;DISABLE_SQLITE_FALLBACK=1", "DATABASE_URL is not set", "DISABLE_SQLITE_FALLBACK")]
    [InlineData("ASPNETCORE_ENVIRONMENT=Development;DISABLE_SQLITE_FALLBACK=yes", "DATABASE_URL is not set", "DISABLE_SQLITE_FALLBACK")]
    [InlineData("DATABASE_URL=postgres://u:s3cret@h", "database name is missing", "PRODUCTION=false")]
    [InlineData("DATABASE_URL=mysql://u:s3cret@h/db;PRODUCTION=false", "scheme mysql:// is unknown", "PRODUCTION=false")]
    [InlineData("DATABASE_URL=postgres://u:s3cret@h/db?sslmode=verify-full&sslrootcert=/nowhere/root.pem", "/nowhere/root.pem is not there", "PRODUCTION=false")]
    [InlineData("DATABASE_URL=Database=db;Password=s3cret", "the host is missing", "PRODUCTION=false")]
    [InlineData("DATABASE_URL=postgres://u:s3cret@/db?host=", "the host is missing", "PRODUCTION=false")]
    [InlineData("DATABASE_URL=postgres://u:s3cret@h/db?Minimum%20Pool%20Size=10&Maximum%20Pool%20Size=5", "'Max Pool Size' 5", "PRODUCTION=false")]
    [InlineData("PRODUCTION=true;FLIPR_API_KEY=;ALLOW_ANONYMOUS_UPDATES=false", "FLIPR_API_KEY is not set", "ALLOW_ANONYMOUS_UPDATES=true")]
    [InlineData("PORT=http", "PORT is 'http'", "from 0 to 65535")]
    [InlineData("MAX_UPDATE_BYTES=0", "MAX_UPDATE_BYTES is '0'", "whole number")]
    [InlineData("MAX_UPDATES_PER_MINUTE=-1", "MAX_UPDATES_PER_MINUTE is '-1'", "whole number")]
    [InlineData("FORWARDED_HOPS=two", "FORWARDED_HOPS is 'two'", "whole number")]
    [InlineData("TRUSTED_PROXIES=10.0.0.0/33", "TRUSTED_PROXIES holds '10.0.0.0/33'", "10.0.0.0/8")]
    [InlineData("ALLOWED_ORIGINS=app.flipr.realty", "ALLOWED_ORIGINS holds 'app.flipr.realty'", "https://app.flipr.realty")]
    [InlineData("PAGE_BACKENDS=https://a.example, *", "PAGE_BACKENDS holds '*'", "https://api.example.com")]
    [InlineData("PAGE_BACKENDS=https://a.example/path", "PAGE_BACKENDS holds 'https://a.example/path'", "https://api.example.com")]
    [InlineData("PAGE_BACKENDS=https://u:s3cret@a.example", "PAGE_BACKENDS holds an address with a user name", "https://api.example.com")]
    [InlineData("ALLOWED_ORIGINS=https://a.example/path", "ALLOWED_ORIGINS holds 'https://a.example/path'", "https://app.flipr.realty")]
    public async Task A_setting_that_cannot_be_used_ends_the_start_with_a_message(string settings, string problem, string remedy)
    {
        IEnumerable<(string, string)> given = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(setting => (setting.Split('=', 2)[0], setting.Split('=', 2)[1]));
        await using ApiProcess process = ApiProcess.Start(_home, [("FLIPR_API_KEY", "key"), .. given]);

        Assert.NotEqual(0, await process.Command.WaitForExitAsync(TestContext.Current.CancellationToken));
        string output = process.Command.Output;
        Assert.Contains(problem, output, StringComparison.Ordinal);
        Assert.Contains(remedy, output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", output, StringComparison.Ordinal);
        Assert.Single(output.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_busy_port_is_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using ApiProcess process = ApiProcess.Start(_home, [Development], "--urls", string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"));

        Assert.NotEqual(0, await process.Command.WaitForExitAsync(TestContext.Current.CancellationToken));
        string line = Assert.Single(process.Command.Output.Trim().Split('\n'));
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_and_data_are_beside_the_project_whatever_the_working_folder()
    {
        int port = Ports.Free();
        await File.WriteAllTextAsync(
            _home.File(".env"), string.Create(CultureInfo.InvariantCulture, $"PORT={port}\nMAX_UPDATE_BYTES=20\nFLIPR_API_KEY=\"from file\"\n"), TestContext.Current.CancellationToken);
        await using ApiProcess process = ApiProcess.Start(_home, [Development, ("MAX_UPDATE_BYTES", "40")]);
        await process.Command.WaitForOutputAsync(string.Create(CultureInfo.InvariantCulture, $"Flipr is at http://localhost:{port} and stores in SQLite in {_home.File("properties.db")}"), TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };

        using HttpResponseMessage withoutKey = await http.PostAsync("/update", new StringContent("{}"), TestContext.Current.CancellationToken);
        http.DefaultRequestHeaders.Add("X-Api-Key", "from file");
        using HttpResponseMessage fits = await http.PostAsync("/update", new StringContent("{}".PadRight(40)), TestContext.Current.CancellationToken);
        using HttpResponseMessage tooLarge = await http.PostAsync("/update", new StringContent("{}".PadRight(41)), TestContext.Current.CancellationToken);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.RequestEntityTooLarge), (withoutKey.StatusCode, fits.StatusCode, tooLarge.StatusCode));
        Assert.True(File.Exists(_home.File("properties.db")));
        Assert.Single(process.Command.Output.Trim().Split('\n'));
        Assert.Equal(0, await process.Command.TerminateAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("PORT", "{0}", "")]
    [InlineData("PORT", "{0}", "ASPNETCORE_URLS=http://localhost:1;ASPNETCORE_HTTP_PORTS=2")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:{0}", "ASPNETCORE_HTTP_PORTS=2")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "{0}", "")]
    [InlineData("--urls", "http://localhost:{0}", "ASPNETCORE_URLS=http://localhost:1")]
    public async Task The_address_follows_the_platform(string name, string value, string others)
    {
        int port = Ports.Free();
        string text = string.Format(CultureInfo.InvariantCulture, value, port);
        IEnumerable<(string, string)> settings = others.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(other => (other.Split('=')[0], other.Split('=')[1]));
        await using ApiProcess process = name.StartsWith("--", StringComparison.Ordinal)
            ? ApiProcess.Start(_home, [Development, .. settings], name, text)
            : ApiProcess.Start(_home, [Development, .. settings, (name, text)]);
        await process.Command.WaitForOutputAsync("Flipr is at http://", TestContext.Current.CancellationToken);
        using var http = new HttpClient();

        using HttpResponseMessage alive = await http.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/healthz"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.Equal(0, await process.Command.TerminateAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task PORT_is_served_on_every_address_and_the_default_environment_runs_locally_with_PRODUCTION_false()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has 127.0.0.2 without being asked");
        string port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        await using ApiProcess process = ApiProcess.Start(_home, [("PRODUCTION", "false"), ("PORT", port)]);
        await process.Command.WaitForOutputAsync("stores in SQLite", TestContext.Current.CancellationToken);
        using var http = new HttpClient();

        using HttpResponseMessage alive = await http.GetAsync($"http://127.0.0.2:{port}/alive", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task Under_an_orchestrator_its_address_and_database_count_and_neither_PORT_nor_the_settings_file()
    {
        int given = Ports.Free();
        await File.WriteAllTextAsync(
            _home.File(".env"), string.Create(CultureInfo.InvariantCulture, $"PORT={Ports.Free()}\nDATABASE_URL=postgres://nobody@127.0.0.1:1/none\nFLIPR_API_KEY=from file\n"), TestContext.Current.CancellationToken);
        await using ApiProcess process = ApiProcess.Start(
            _home,
            [
                Development, ("FLIPR_ORCHESTRATED", "true"), ("ASPNETCORE_URLS", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{given}")),
                ("PORT", Ports.Free().ToString(CultureInfo.InvariantCulture)), ("DATABASE_URL", ""),
            ]);
        await process.Command.WaitForOutputAsync("Flipr is at", TestContext.Current.CancellationToken);
        using var http = new HttpClient();

        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"Flipr is at http://127.0.0.1:{given} and stores in SQLite"), process.Command.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("CANNOT BE REACHED", process.Command.Output, StringComparison.Ordinal);
        using HttpResponseMessage withoutKey = await http.PostAsync(
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{given}/update"), new StringContent("{}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, withoutKey.StatusCode);
    }

    [Fact]
    public async Task Production_does_not_read_the_settings_file()
    {
        await File.WriteAllTextAsync(_home.File(".env"), "DATABASE_URL=mysql://u@h/db\nPRODUCTION=false\n", TestContext.Current.CancellationToken);
        await using ApiProcess process = ApiProcess.Start(_home, [("FLIPR_API_KEY", "key")]);

        Assert.NotEqual(0, await process.Command.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Contains("DATABASE_URL is not set", process.Command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_launch_profile_sets_the_environment_and_nothing_else()
    {
        await using FileStream file = File.OpenRead(Path.Combine(Repository.Root, "Flipr.Api", "Properties", "launchSettings.json"));
        JsonElement profile = Assert.Single((await JsonSerializer.DeserializeAsync<JsonElement>(file, cancellationToken: TestContext.Current.CancellationToken))
            .GetProperty("profiles").EnumerateObject()).Value;

        Assert.Equal("""{"ASPNETCORE_ENVIRONMENT":"Development"}""", JsonSerializer.Serialize(profile.GetProperty("environmentVariables")));
        Assert.False(profile.TryGetProperty("applicationUrl", out _));
    }

    [Fact]
    public async Task Without_settings_it_is_at_port_5005()
    {
        await using ApiProcess process = ApiProcess.Start(_home, [Development]);

        // Where something else has the port, the message says so: in both cases the port was tried.
        await process.Command.WaitForOutputAsync(":5005", TestContext.Current.CancellationToken);
    }

    public void Dispose() => _home.Dispose();
}
