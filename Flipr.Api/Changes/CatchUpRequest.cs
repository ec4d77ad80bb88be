using System.Text.Json;
using Flipr.Api.Listings;

namespace Flipr.Api.Changes;

/// <summary>What a client asks for with <c>catch_up</c>.</summary>
/// <param name="Since">What it knows already; null when that is nothing.</param>
/// <param name="Until">Only changes up to here: what comes behind the cursor of its connection is announced to it. Null for all there are.</param>
/// <param name="Limit">At most so many changes in one answer.</param>
/// <param name="Box">Only changes that touch this box; null for all.</param>
internal sealed record CatchUpRequest(Cursor? Since, Cursor? Until, int Limit, BoundingBox? Box)
{
    public const int MaxLimit = 1_000;

    /// <summary>Reads the event's argument.</summary>
    /// <exception cref="InvalidInputException">It cannot be read; the message names the field and the remedy.</exception>
    public static CatchUpRequest Read(JsonElement request) => request.ValueKind switch
    {
        JsonValueKind.Object => new CatchUpRequest(ReadCursor(request, "since", "leave it out to begin at the beginning"), ReadUntil(request), ReadLimit(request), ReadBox(request)),
        JsonValueKind.Null or JsonValueKind.Undefined => new CatchUpRequest(null, null, MaxLimit, null),
        _ => throw new InvalidInputException("""catch_up takes an object, as in {"since":"...","limit":100}."""),
    };

    /// <summary>The box of a <c>watch</c> or <c>catch_up</c>; null when there is none.</summary>
    /// <exception cref="InvalidInputException">It is no box.</exception>
    public static BoundingBox? ReadBox(JsonElement request)
    {
        if (Field(request, "bbox") is not { } box)
        {
            return null;
        }

        double[] edges = box.ValueKind == JsonValueKind.Array && box.EnumerateArray().All(edge => edge.ValueKind == JsonValueKind.Number)
            ? [.. box.EnumerateArray().Select(edge => edge.GetDouble())]
            : [];
        return edges is [var west, var south, var east, var north]
            ? BoundingBox.Of("bbox", west, south, east, north)
            : throw new InvalidInputException("""bbox must be four numbers, as in "bbox":[west,south,east,north].""");
    }

    private static Cursor? ReadUntil(JsonElement request) =>
        ReadCursor(request, "until", "leave it out to have everything") is not { } until ? null
        : until.End is null ? until
        : throw new InvalidInputException("until stands in the middle of a first load. Send the cursor of connection_status or of an answer to watch or unwatch.");

    private static Cursor? ReadCursor(JsonElement request, string name, string without) =>
        Field(request, name) is not { } text ? null
        : Text(text) is { } written && Cursor.TryParse(written) is { } cursor ? cursor
        : throw new InvalidInputException($"{name} is not a cursor. Send one that a listing, an event or an answer brought, or {without}.");

    /// <summary>The string; null when it is none, or half a surrogate pair makes it none.</summary>
    private static string? Text(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static int ReadLimit(JsonElement request) =>
        Field(request, "limit") is not { } limit ? MaxLimit
        : limit.ValueKind == JsonValueKind.Number && limit.TryGetInt32(out int number) && number is >= 1 and <= MaxLimit ? number
        : throw new InvalidInputException($"limit must be a whole number from 1 to {MaxLimit}.");

    private static JsonElement? Field(JsonElement request, string name) =>
        request.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
