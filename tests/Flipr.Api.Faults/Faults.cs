namespace Flipr.Api.Faults;

/// <summary>Every fault there is.</summary>
internal static class Faults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("none", "nothing; two instances on one PostgreSQL", true, 2, Entrance.Direct, _ => Task.CompletedTask),
        new("kill-sqlite", "kill -9 of the API (SQLite), started again", false, 1, Entrance.Direct, run => run.KillAndRestartAsync(0)),
        new("kill-postgres", "kill -9 of the API (PostgreSQL), started again", true, 1, Entrance.Direct, run => run.KillAndRestartAsync(0)),
        new("kill-one-of-two", "kill -9 of one of two instances, started again", true, 2, Entrance.Direct, run => run.KillAndRestartAsync(1)),
        new("terminate-sqlite", "SIGTERM to the API (SQLite), started again", false, 1, Entrance.Direct, run => run.TerminateAndRestartAsync(0)),
        new("rolling-deploy", "a new instance takes over from the old, which then gets SIGTERM", true, 1, Entrance.Gateway, run => run.RollAsync()),
        new("rolling-deploy-nginx", "the same behind nginx with TLS and two hops, without affinity", true, 1, Entrance.Nginx, run => run.RollBehindNginxAsync()),
        new("postgres-crash", "PostgreSQL stopped like a crash, started again", true, 1, Entrance.Direct, run => run.RestartPostgresAsync("immediate")),
        new("postgres-restart", "PostgreSQL stopped properly, started again; two instances", true, 2, Entrance.Direct, run => run.RestartPostgresAsync("fast")),
        new("connections-cut", "all connections to PostgreSQL cut, ten times; two instances", true, 2, Entrance.Direct, run => run.CutConnectionsAsync(10)),
        new("sqlite-locked", "another process holds SQLite's write lock for 3 s", false, 1, Entrance.Direct, run => run.LockSqliteAsync(TimeSpan.FromSeconds(3))),
        new("other-writers", "a hand writes to PostgreSQL meanwhile, in transactions that stay open for a while; two instances", true, 2, Entrance.Direct, run => run.WriteByHandAsync()),
    ];
}
