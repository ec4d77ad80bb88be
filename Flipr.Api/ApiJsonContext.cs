using System.Text.Json.Serialization;
using Flipr.Api.Changes;
using Flipr.Api.Frontend;
using Flipr.Api.Listings;
using Flipr.Api.Security;

namespace Flipr.Api;

/// <summary>Everything that the API writes as JSON, known at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CatchUpAnswer))]
[JsonSerializable(typeof(ClientResponse))]
[JsonSerializable(typeof(ConnectionStatus))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(FrontendTraits))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(ListingPageResponse))]
[JsonSerializable(typeof(PongResponse))]
[JsonSerializable(typeof(PropertyDeleted))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(UpdateResponse))]
[JsonSerializable(typeof(WatchAnswer))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
