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
            bytes.TryTake($"client {n}", 1, out _);
        }

        Assert.InRange(bytes.ClientCount, AnonymousBytes.MaxClients, AnonymousBytes.MaxClients + 1);
        Assert.Equal(UpdateLimit.ClientBytes, bytes.TryTake("one more", 1, out _));
        Assert.Null(bytes.TryTake("client 1", 999, out _));
        Assert.Equal(UpdateLimit.ClientBytes, bytes.TryTake("client 1", 1, out _));
    }

    [Fact]
    public void The_next_day_begins_anew_and_what_was_taken_yesterday_cannot_be_given_back()
    {
        var clock = new Clock();
        var bytes = new AnonymousBytes(Settings with { MaxAnonymousBytesPerDayInTotal = 1_500 }, clock);
        Assert.Null(bytes.TryTake("a", 1_000, out AnonymousBytes.Taken ofA));
        Assert.Equal(UpdateLimit.ClientBytes, bytes.TryTake("a", 1, out _));
        Assert.Equal(UpdateLimit.TotalBytes, bytes.TryTake("b", 600, out _));
        bytes.GiveBack(ofA, 400);
        Assert.Null(bytes.TryTake("b", 600, out AnonymousBytes.Taken ofB));
        Assert.Equal(TimeSpan.FromHours(4), bytes.UntilTomorrow);

        clock.Now += TimeSpan.FromHours(4);
        Assert.Null(bytes.TryTake("a", 700, out _));
        Assert.Null(bytes.TryTake("b", 800, out _));
        bytes.GiveBack(ofB, 600); // Of yesterday: b has today's 800 all the same.
        Assert.Equal(UpdateLimit.TotalBytes, bytes.TryTake("c", 1, out _));
    }

    [Fact]
    public void What_was_taken_from_those_who_are_counted_together_is_given_back_to_them()
    {
        var bytes = new AnonymousBytes(Settings, new Clock());
        for (int n = 0; n < AnonymousBytes.MaxClients; n++)
        {
            bytes.TryTake($"client {n}", 1, out _);
        }

        Assert.Null(bytes.TryTake("one more", 1_000, out AnonymousBytes.Taken ofOthers));
        Assert.Equal(UpdateLimit.ClientBytes, bytes.TryTake("and one", 1, out _));
        bytes.GiveBack(ofOthers, 1_000);

        Assert.Null(bytes.TryTake("and one", 1_000, out _));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 28, 20, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
