using System.Data.Common;
using Flipr.Api.Changes;

namespace Flipr.Api.Listings;

/// <summary>The columns of a listing, as <see cref="PostgresListingColumns"/> and <see cref="SqliteListingColumns"/> name them, in their order.</summary>
internal static class ListingColumns
{
    /// <summary>How many there are.</summary>
    public const int Count = 12;

    /// <summary>The columns of a table with nothing in them but the id.</summary>
    public static string OnlyId(string table) => $"{table}.id" + string.Concat(Enumerable.Repeat(", NULL", Count - 1));

    /// <summary>Reads the columns from the first of them on.</summary>
    public static ListingRow Read(DbDataReader reader, int first, Cursor cursor)
    {
        return new ListingRow
        {
            Id = reader.GetString(first),
            Cursor = cursor,
            Data = Text(1),
            Address = Text(2),
            Latitude = Number(3),
            Longitude = Number(4),
            Price = Number(5),
            Bedrooms = Number(6),
            Bathrooms = Number(7),
            Intensity = Number(8),
            DealRating = Text(9),
            AiEvaluationReasoning = Text(10),
            Timestamp = Number(11),
        };

        string? Text(int column) => reader.IsDBNull(first + column) ? null : reader.GetString(first + column);
        double? Number(int column) => reader.IsDBNull(first + column) ? null : reader.GetDouble(first + column);
    }
}
