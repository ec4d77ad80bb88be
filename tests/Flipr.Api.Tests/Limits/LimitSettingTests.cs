using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Flipr.Api.Tests.Limits;

/// <summary>How the limits are set.</summary>
public sealed class LimitSettingTests
{
    [Theory]
    [InlineData("MAX_ANONYMOUS_UPDATES_PER_MINUTE", "-1")]
    [InlineData("MAX_ANONYMOUS_BYTES_PER_DAY", "20 MB")]
    [InlineData("MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL", "1e9")]
    [InlineData("MAX_CHANGE_LOG_BYTES", "99999999999999999999")]
    [InlineData("MAX_UPDATE_SECONDS", "0")]
    [InlineData("MAX_BODIES_IN_FLIGHT", "0")]
    [InlineData("MAX_ANONYMOUS_BODIES_IN_FLIGHT", "many")]
    [InlineData("MAX_CONNECTIONS", "0")]
    [InlineData("MAX_SOCKETS_PER_CLIENT", "4294967296")]
    [InlineData("MAX_EVENTS_PER_SECOND", "0.5")]
    public void A_value_that_cannot_be_read_ends_the_start_with_its_name(string name, string value)
    {
        string message = Assert.Throws<StartupException>(() => Read((name, value))).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", message, StringComparison.Ordinal);
        Assert.Contains("whole number", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limits_are_those_that_are_documented()
    {
        FliprSettings settings = Read(("PRODUCTION", "true"), ("ALLOW_ANONYMOUS_UPDATES", "true"));
        (string Name, long Value)[] defaults =
        [
            ("MAX_ANONYMOUS_UPDATES_PER_MINUTE", settings.MaxAnonymousUpdatesPerMinute), ("MAX_ANONYMOUS_BYTES_PER_DAY", settings.MaxAnonymousBytesPerDay),
            ("MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL", settings.MaxAnonymousBytesPerDayInTotal), ("MAX_CHANGE_LOG_BYTES", settings.MaxChangeLogBytes),
            ("MAX_UPDATE_SECONDS", settings.MaxUpdateSeconds), ("MAX_BODIES_IN_FLIGHT", settings.MaxBodiesInFlight),
            ("MAX_ANONYMOUS_BODIES_IN_FLIGHT", settings.MaxAnonymousBodiesInFlight), ("MAX_CONNECTIONS", settings.MaxConnections),
            ("MAX_SOCKETS_PER_CLIENT", settings.MaxSocketsPerClient), ("MAX_EVENTS_PER_SECOND", settings.MaxEventsPerSecond),
            ("MAX_UPDATES_PER_MINUTE", settings.MaxUpdatesPerMinute), ("MAX_UPDATE_BYTES", settings.MaxUpdateBytes),
        ];
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "deployment.md")).Where(line => line.StartsWith("| `MAX_", StringComparison.Ordinal))];

        Assert.Equal(defaults.Select(setting => $"`{setting.Name}` {setting.Value}").Order(), rows.Select(row => row.Split('|')).Select(cells =>
            $"{cells[1].Trim()} {cells[2].Replace(",", "", StringComparison.Ordinal).Trim()}").Order());
        Assert.Equal(0, Read().MaxSocketsPerClient);
    }

    private static FliprSettings Read(params IEnumerable<(string Name, string Value)> settings) => FliprSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build(),
        WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development" }).Environment);
}
