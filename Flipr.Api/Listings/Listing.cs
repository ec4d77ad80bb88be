namespace Flipr.Api.Listings;

/// <summary>One property as it is stored: the whole object that was posted, normalised, and the values that have a column.</summary>
internal sealed record Listing
{
    /// <summary>The key: a listing with the same id replaces this one.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the id was posted, as itself or as an identifier; else it was made up, and the same property posted again would get another.</summary>
    public bool HasOwnId { get; init; }

    /// <summary>The address in one line, when the listing has one.</summary>
    public string? Address { get; init; }

    /// <summary>Degrees north, -90 to 90; a listing without coordinates is outside every box.</summary>
    public double? Latitude { get; init; }

    /// <summary>Degrees east, -180 to 180.</summary>
    public double? Longitude { get; init; }

    /// <summary>The asking or sale price, in the currency it was posted in.</summary>
    public double? Price { get; init; }

    public int? Bedrooms { get; init; }

    /// <summary>Bathrooms; halves and quarters are usual.</summary>
    public double? Bathrooms { get; init; }

    /// <summary>How good a deal it is, 0 to 1.</summary>
    public required double Intensity { get; init; }

    public required string DealRating { get; init; }

    public required string AiEvaluationReasoning { get; init; }

    /// <summary>When the listing was made or changed, in Unix seconds.</summary>
    public required int Timestamp { get; init; }

    /// <summary>The JSON object that every answer and event shows.</summary>
    public required ListingJson Json { get; init; }
}
