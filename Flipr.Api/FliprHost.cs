using dotenv.net;

namespace Flipr.Api;

/// <summary>Where Flipr is at home, and how its host begins.</summary>
internal static partial class FliprHost
{
    /// <summary>
    /// A builder whose content root is the project's folder, or the program's own once it is published, whatever the working folder. In development
    /// <c>.env</c> beside it is read first; what the environment already has wins.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        IConfigurationRoot given = new ConfigurationBuilder()
            .AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddCommandLine(args).Build();
        string home = given[HostDefaults.ContentRootKey] ?? FindHome();
        string settingsFile = Path.Combine(home, ".env");
        if (!FliprSettings.IsOrchestrated(Environment.GetEnvironmentVariable)
            && string.Equals(given[HostDefaults.EnvironmentKey], Environments.Development, StringComparison.OrdinalIgnoreCase)
            && File.Exists(settingsFile))
        {
            DotEnv.Load(new DotEnvOptions(envFilePaths: [settingsFile], overwriteExistingVars: false, ignoreExceptions: false));
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = home });
        builder.Services.AddStartupTypes();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        // Program says in one line where Flipr listens, or why it cannot; ReportFailedServices says what the host would about background services.
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // It logs every statement, and each failure of an outage that DatabaseGuard logs once.
        builder.Logging.AddFilter("Npgsql", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        return builder;
    }

    /// <summary>A background service that fails in a way nobody thought of ends the program: then not without a word, and not as if all were well.</summary>
    public static void ReportFailedServices(this WebApplication app)
    {
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Flipr");
        BackgroundService[] services = [.. app.Services.GetServices<IHostedService>().OfType<BackgroundService>()];
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            foreach (BackgroundService service in services)
            {
                if (service.ExecuteTask is { IsFaulted: true, Exception.InnerException: { } exception })
                {
                    LogFailedService(logger, exception, service.GetType().Name);
                    Environment.ExitCode = 1;
                }
            }
        });
    }

    [LoggerMessage(3, LogLevel.Critical, "{Service} has failed. Flipr ends.")]
    private static partial void LogFailedService(ILogger logger, Exception exception, string service);

    private static string FindHome()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Flipr.Api.csproj")))
            {
                return folder.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}
