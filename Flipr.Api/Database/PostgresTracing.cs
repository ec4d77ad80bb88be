using System.Diagnostics;
using Npgsql;

namespace Flipr.Api.Database;

/// <summary>Which statements are traced, and how.</summary>
internal static class PostgresTracing
{
    public static void Configure(NpgsqlTracingOptionsBuilder tracing)
    {
        // The feed looks several times a second, and nobody asked for that: only what is part of something recorded is worth a span, and a health
        // check is not recorded, whatever the sampler says of spans without a parent. Nor are the
        // connections that it opens, again and again during an outage.
        tracing.ConfigureCommandFilter(static _ => Activity.Current is { Recorded: true });
        tracing.ConfigureBatchFilter(static _ => Activity.Current is { Recorded: true });
        tracing.EnablePhysicalOpenTracing(false);

        // Npgsql writes the attribute's new name alone, dashboards read the old one.
        tracing.ConfigureCommandEnrichmentCallback(static (activity, _) => activity.SetTag("db.system", "postgresql"));
        tracing.ConfigureBatchEnrichmentCallback(static (activity, _) => activity.SetTag("db.system", "postgresql"));
    }
}
