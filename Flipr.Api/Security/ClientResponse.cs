namespace Flipr.Api.Security;

/// <summary>Who the server takes a client for.</summary>
/// <param name="Address">Its address, as far as the proxies that are trusted tell.</param>
/// <param name="ForwardedEntries">The entries of <c>X-Forwarded-For</c> that the request came with: one of each proxy, and those that the client made up.</param>
/// <param name="ForwardedHops">How many proxies the server counts on; 0 where it knows them by their addresses, or trusts none.</param>
internal sealed record ClientResponse(string? Address, int ForwardedEntries, int ForwardedHops);
