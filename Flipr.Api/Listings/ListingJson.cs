using System.Text.Json.Serialization;

namespace Flipr.Api.Listings;

/// <summary>A listing's JSON object as UTF-8 text. It is written as it is, so that numbers keep the digits they were posted with.</summary>
[JsonConverter(typeof(ListingJsonConverter))]
internal readonly record struct ListingJson(ReadOnlyMemory<byte> Utf8);
