using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using Flipr.Api.Listings;

namespace Flipr.Api.Tests;

/// <summary>What holds for any property, tried with generated ones.</summary>
public class ListingReaderProperties
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Any string that is whole characters without NUL.
    private static readonly Gen<string> Text = Gen.String.Select(text =>
        new string([.. text.Where(character => character != '\0' && !char.IsSurrogate(character))]));

    private static readonly Gen<string> Quoted = Gen.Select(Text, Gen.Bool).Select((text, escaped) =>
        JsonSerializer.Serialize(text, escaped ? JsonSerializerOptions.Default : Relaxed));

    private static readonly Gen<string> Number = Gen.OneOf(
        Gen.Double.Where(double.IsFinite).Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Decimal.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Long.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Const("1.10"), Gen.Const("-0"), Gen.Const("1E5"), Gen.Const("12345678901234567890123"), Gen.Const("5e-324"));

    private static Gen<string> Value(int depth) => depth == 0
        ? Gen.OneOf(Quoted, Number, Gen.Const("true"), Gen.Const("false"), Gen.Const("null"))
        : Gen.OneOf(
            Value(0),
            Value(depth - 1).Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Quoted, Value(depth - 1)).Array[0, 3].Select(members => $"{{{string.Join(',', members
                .DistinctBy(member => JsonElement.Parse(member.Item1).GetString()).Select(member => $"{Name(member.Item1)}:{member.Item2}"))}}}"));

    [Fact]
    public void Unknown_fields_keep_their_spelling() => Value(3).Sample(value =>
    {
        Listing listing = Read($$"""{ "unknown" : {{value}} }""");

        return JsonElement.Parse(listing.Json.Utf8.Span).GetProperty("unknown").GetRawText() == value;
    });

    [Fact]
    public void A_stored_property_posted_again_stays_the_same() => Gen.Select(Value(2), Number, Number).Sample((value, price, bathrooms) =>
    {
        Listing once = Read($$$"""{"unknown":{{{value}}},"price":{{{price}}},"rooms":{"baths":"{{{bathrooms}}}"}}""");
        Listing twice = Read(Encoding.UTF8.GetString(once.Json.Utf8.Span));

        return once.Json.Utf8.Span.SequenceEqual(twice.Json.Utf8.Span) && once with { Json = default, HasOwnId = true } == twice with { Json = default };
    });

    [Fact]
    public void An_address_is_text_whatever_is_posted_and_stays_the_same_posted_again() => Value(3).Where(value => value.Length <= TextLimits.Address).Sample(value =>
    {
        Listing once = Read($$"""{"address":{{value}},"line":1}""");
        Listing twice = Read(Encoding.UTF8.GetString(once.Json.Utf8.Span));
        JsonElement address = JsonElement.Parse(once.Json.Utf8.Span).GetProperty("address");

        return address.GetString() == (once.Address ?? "") && once.Json.Utf8.Span.SequenceEqual(twice.Json.Utf8.Span)
            && JsonElement.Parse(once.Json.Utf8.Span).TryGetProperty("address_parts", out JsonElement parts) == value.StartsWith('{')
            && (!value.StartsWith('{') || parts.GetRawText() == value);
    });

    [Fact]
    public void Whatever_comes_is_read_or_refused() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        try
        {
            ListingReader.Read(bytes, Now);
        }
        catch (InvalidInputException)
        {
            // Refused with a message: anything else that is thrown fails the test.
        }
    });

    [Fact]
    public void A_broken_property_is_read_or_refused() => Gen.Select(Value(2), Gen.Int[0, 1000], Gen.Byte).Sample((value, position, replacement) =>
    {
        byte[] body = Encoding.UTF8.GetBytes($$$"""{"id":{{{value}}},"price":{{{value}}},"timestamp":{{{value}}},"rooms":{"beds":{{{value}}}}}""");
        body[position % body.Length] = replacement;
        try
        {
            ListingReader.Read(body, Now);
        }
        catch (InvalidInputException)
        {
            // As above.
        }
    });

    private static Listing Read(string json) => ListingReader.Read(Encoding.UTF8.GetBytes(json), Now);

    /// <summary>A name is written anew, since escapes in it may hide that it repeats.</summary>
    private static string Name(string quoted) =>
        JsonSerializer.Serialize(JsonElement.Parse(quoted).GetString(), Relaxed);
}
