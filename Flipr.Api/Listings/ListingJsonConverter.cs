using System.Text.Json;
using System.Text.Json.Serialization;

namespace Flipr.Api.Listings;

/// <summary>Writes a listing's JSON text into a larger document without reading it again.</summary>
internal sealed class ListingJsonConverter : JsonConverter<ListingJson>
{
    public override ListingJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return new ListingJson(System.Text.Encoding.UTF8.GetBytes(document.RootElement.GetRawText()));
    }

    public override void Write(Utf8JsonWriter writer, ListingJson value, JsonSerializerOptions options) =>
        // The text was parsed when it was accepted; parsing it for each answer again would only cost time.
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
