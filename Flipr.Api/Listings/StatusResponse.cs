namespace Flipr.Api.Listings;

/// <summary>The answer of <c>GET /status</c>.</summary>
/// <param name="TotalProperties">All listings.</param>
/// <param name="HotDeals">Intensity above 0.8.</param>
/// <param name="GoodDeals">Above 0.6, up to 0.8.</param>
/// <param name="AverageDeals">Above 0.4, up to 0.6.</param>
/// <param name="WeakDeals">0.4 and less.</param>
/// <param name="ServerTime">Now, in Unix seconds.</param>
/// <param name="ConnectedClients">Open Socket.IO connections to this instance.</param>
internal sealed record StatusResponse(
    long TotalProperties, long HotDeals, long GoodDeals, long AverageDeals, long WeakDeals, long ServerTime, int ConnectedClients);
