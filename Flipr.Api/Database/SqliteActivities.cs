using System.Diagnostics;
using Flipr.Api.Telemetry;

namespace Flipr.Api.Database;

/// <summary>Spans of what SQLite does, one for each transaction, with the attributes of OpenTelemetry: its driver makes none.</summary>
internal static class SqliteActivities
{
    /// <summary>Starts the span of a transaction. What nobody asked for (the feed's looks, a health check at the start) has none, as in PostgreSQL.</summary>
    /// <param name="operation"><c>read</c> or <c>write</c>.</param>
    /// <param name="path">The database's file.</param>
    public static Activity? Start(string operation, string path)
    {
        if (!FliprActivities.IsTracing || Activity.Current is not { Recorded: true })
        {
            return null;
        }

        Activity? activity = FliprActivities.Source.StartActivity($"sqlite {operation}", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("db.system", "sqlite");
            activity.SetTag("db.system.name", "sqlite");
            activity.SetTag("db.namespace", Path.GetFileName(path));
            activity.SetTag("db.operation.name", operation);
        }

        return activity;
    }
}
