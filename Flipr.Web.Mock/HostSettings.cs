using Flipr.ServiceDefaults;

namespace Flipr.Web.Mock;

/// <summary>Where the page may connect that this host serves.</summary>
internal static class HostSettings
{
    /// <summary>Where service discovery says that the API is.</summary>
    private static readonly string[] Places = ["services:api:http:0", "services:api:https:0"];

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">A setting holds no origin. The message is for whoever starts the host.</exception>
    public static PageSettings Read(IConfiguration configuration, IHostEnvironment environment)
    {
        string? place = Places.FirstOrDefault(place => !string.IsNullOrWhiteSpace(configuration[place]));
        string? backends = configuration["PAGE_BACKENDS"];
        return new PageSettings(
            place is null ? null : PageOrigin.Read(place.Replace(":", "__", StringComparison.Ordinal), configuration[place]!.Trim()),
            PageSettings.ReadBackends(
                string.IsNullOrWhiteSpace(backends) ? null : backends.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                environment.IsDevelopment()));
    }
}
