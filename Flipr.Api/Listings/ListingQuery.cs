using System.Globalization;

namespace Flipr.Api.Listings;

/// <summary>Which listings are wanted.</summary>
internal sealed record ListingQuery
{
    public const int MaxPerPage = 100;

    /// <summary>The page, from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Listings on a page, 1 to <see cref="MaxPerPage"/>.</summary>
    public int PerPage { get; init; } = MaxPerPage;

    public double? PriceMin { get; init; }

    public double? PriceMax { get; init; }

    public double? BedroomsMin { get; init; }

    public double? IntensityMin { get; init; }

    public BoundingBox? Box { get; init; }

    /// <summary>How many listings come before the page.</summary>
    public long Offset => (Page - 1L) * PerPage;

    /// <summary>Reads the query string of <c>GET /properties</c>.</summary>
    /// <exception cref="InvalidInputException">A parameter cannot be read; the message names it.</exception>
    public static ListingQuery Read(IQueryCollection query) => new()
    {
        Page = Count(query, "page") ?? 1,
        PerPage = Math.Min(Count(query, "per_page") ?? MaxPerPage, MaxPerPage),
        PriceMin = Number(query, "price_min"),
        PriceMax = Number(query, "price_max"),
        BedroomsMin = Number(query, "bedrooms_min"),
        IntensityMin = Number(query, "intensity_min"),
        Box = ReadBox(query),
    };

    private static int? Count(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var text))
        {
            return null;
        }

        return int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new InvalidInputException($"{name} must be a whole number from 1, as in {name}=1.");
    }

    private static double? Number(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var text))
        {
            return null;
        }

        return TryNumber(text.ToString(), out double number)
            ? number
            : throw new InvalidInputException($"{name} must be one number, as in {name}=2.5.");
    }

    private static BoundingBox? ReadBox(IQueryCollection query)
    {
        if (!query.TryGetValue("bbox", out var text))
        {
            return null;
        }

        string[] parts = text.ToString().Split(',');
        if (parts.Length != 4
            || !TryNumber(parts[0], out double west) || !TryNumber(parts[1], out double south)
            || !TryNumber(parts[2], out double east) || !TryNumber(parts[3], out double north))
        {
            throw new InvalidInputException("bbox must be four numbers, bbox=west,south,east,north.");
        }

        return BoundingBox.Of("bbox", west, south, east, north);
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
