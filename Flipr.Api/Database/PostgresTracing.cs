using System.Diagnostics;
using Npgsql;

namespace Flipr.Api.Database;

/// <summary>Which statements are traced, and how.</summary>
internal static class PostgresTracing
{
    public static void Configure(NpgsqlTracingOptionsBuilder tracing)
    {
        // The feed looks several times a second, and nobody asked for that: only what is part of something is worth a span. Nor are the
        // connections that it opens, again and again during an outage.
        tracing.ConfigureCommandFilter(static _ => Activity.Current is not null);
        tracing.ConfigureBatchFilter(static _ => Activity.Current is not null);
        tracing.EnablePhysicalOpenTracing(false);

        // Npgsql writes the attribute's new name alone, dashboards read the old one.
        tracing.ConfigureCommandEnrichmentCallback(static (activity, _) => activity.SetTag("db.system", "postgresql"));
        tracing.ConfigureBatchEnrichmentCallback(static (activity, _) => activity.SetTag("db.system", "postgresql"));
    }
}
