using Microsoft.AspNetCore.Http;

namespace Microsoft.Extensions.Hosting;

/// <summary>The paths that platforms and monitors ask every few seconds: left out of the traces.</summary>
internal static class HealthPaths
{
    public const string Alive = "/alive";
    public const string Health = "/health";

    /// <summary>Health with its reasons as JSON: the API's own, see its endpoints.</summary>
    private const string Healthz = "/healthz";

    public static bool Contains(PathString path) => path.Value is Alive or Health or Healthz;
}
