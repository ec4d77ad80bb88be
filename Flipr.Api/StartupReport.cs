using Flipr.Api.Database;
using Microsoft.AspNetCore.Hosting.Server;

namespace Flipr.Api;

/// <summary>Says at the start, in one line, where to look and which database is used; and warns of what is unsafe.</summary>
internal static partial class StartupReport
{
    public static void ReportStart(this WebApplication app, FliprSettings settings)
    {
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Flipr");
        DatabaseChoice database = app.Services.GetRequiredService<DatabaseChoice>();
        if (database.Warning is { } warning)
        {
            LogWarning(logger, warning);
        }

        if (settings is { IsProduction: true, AllowAnonymousUpdates: true })
        {
            LogWarning(logger, settings.ApiKey is null
                ? "ALLOW_ANONYMOUS_UPDATES: anyone may post listings, and no FLIPR_API_KEY is set."
                : "ALLOW_ANONYMOUS_UPDATES: anyone may post listings without the key. Remove it once the collectors send FLIPR_API_KEY.");
        }

        app.Lifetime.ApplicationStarted.Register(() =>
            LogStarted(logger, ServerAddress.Visible(app.Services.GetRequiredService<IServer>()), database.Description));
    }

    [LoggerMessage(1, LogLevel.Information, "Flipr is at {Address} and stores in {Database}")]
    private static partial void LogStarted(ILogger logger, string address, string database);

    [LoggerMessage(2, LogLevel.Warning, "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
