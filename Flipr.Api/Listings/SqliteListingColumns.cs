using Flipr.Api.Changes;
using Flipr.Api.Database;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Listings;

/// <summary>The columns of a listing in SQLite; the table and the change log have them under the same names.</summary>
internal static class SqliteListingColumns
{
    /// <summary>How many columns <see cref="Of"/> names.</summary>
    public const int Count = 12;

    /// <summary>The columns of a table, qualified with its alias.</summary>
    public static string Of(string table)
    {
        string Number(string column) => SqliteSchema.Number($"{table}.{column}");
        return $"""
            {table}.id, {table}.property_data, {table}.address, {Number("lat")}, {Number("lng")}, {Number("price")}, {Number("bedrooms")}, {Number("bathrooms")},
            {Number("intensity")}, {table}.deal_rating, {table}.ai_evaluation_reasoning, {Number("timestamp")}
            """;
    }

    /// <summary>Reads the columns from the first of them on.</summary>
    public static ListingRow Read(SqliteDataReader reader, int first, Cursor cursor)
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
