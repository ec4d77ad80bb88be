using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>One mapping of a server to a path; in the metadata of its endpoint.</summary>
internal sealed class EngineMapping(OriginPolicy origins)
{
    /// <summary>Which pages may connect.</summary>
    public OriginPolicy Origins => origins;

    /// <summary>The owner that all anonymous sessions of this endpoint share.</summary>
    public SessionOwner? Anonymous { get; set; }

    /// <summary>The mapping that <paramref name="context"/> was routed by.</summary>
    public static EngineMapping? Of(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<EngineMapping>();
}
