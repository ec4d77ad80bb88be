using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Flipr.Api.Security;

/// <summary>Tells whoever asks who the server takes them for: so an operator finds out whether the proxies are counted right (docs/deployment.md).</summary>
internal static class ClientEndpoint
{
    public const string Path = "/client";

    public static void MapClient(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Path, Answer).WithTags("Health").WithSummary("The address that the server takes for yours, and how many X-Forwarded-For entries your request came with.");

    private static Ok<ClientResponse> Answer(HttpContext context, ForwardedChain chain)
    {
        context.Response.Headers.CacheControl = "no-store";
        IPAddress? address = context.Connection.RemoteIpAddress;
        return TypedResults.Ok(new ClientResponse(
            (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString(), ForwardedChain.EntriesOf(context), chain.Hops));
    }
}
