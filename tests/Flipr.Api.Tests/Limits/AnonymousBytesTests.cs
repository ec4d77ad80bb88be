using Flipr.Api.Security;

namespace Flipr.Api.Tests.Limits;

/// <summary>What a day's bytes are counted by.</summary>
public sealed class AnonymousBytesTests
{
    private static readonly FliprSettings Settings = new() { IsProduction = true, AllowSqlite = false, MaxAnonymousBytesPerDay = 1_000, MaxAnonymousBytesPerDayInTotal = 0 };

    [Fact]
    public void However_many_clients_come_the_memory_is_bounded_and_so_is_what_the_last_may_store()
    {
        var bytes = new AnonymousBytes(Settings, new Clock());
        for (int n = 0; n < 3 * AnonymousBytes.MaxClients; n++)
        {
            bytes.TryTake($"client {n}", 1);
        }

        Assert.InRange(bytes.ClientCount, AnonymousBytes.MaxClients, AnonymousBytes.MaxClients + 1);
        Assert.Equal(UpdateLimit.ClientBytes, bytes.TryTake("one more", 1));
        Assert.Null(bytes.TryTake("client 1", 999));
        Assert.Equal(UpdateLimit.ClientBytes, bytes.TryTake("client 1", 1));
    }

    [Fact]
    public void The_next_day_begins_anew_and_what_was_taken_yesterday_cannot_be_given_back()
    {
        var clock = new Clock();
        var bytes = new AnonymousBytes(Settings with { MaxAnonymousBytesPerDayInTotal = 1_500 }, clock);
        Assert.Null(bytes.TryTake("a", 1_000));
        Assert.Equal(UpdateLimit.ClientBytes, bytes.TryTake("a", 1));
        Assert.Equal(UpdateLimit.TotalBytes, bytes.TryTake("b", 600));
        bytes.GiveBack("a", 400);
        Assert.Null(bytes.TryTake("b", 600));
        Assert.Equal(TimeSpan.FromHours(4), bytes.UntilTomorrow);

        clock.Now += TimeSpan.FromHours(4);
        Assert.Null(bytes.TryTake("a", 700));
        bytes.GiveBack("b", 600);
        Assert.Null(bytes.TryTake("b", 800));
        Assert.Equal(UpdateLimit.TotalBytes, bytes.TryTake("c", 1));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 28, 20, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
