using Flipr.Api.Database;

namespace Flipr.Api.Listings;

/// <summary>The columns of a listing in SQLite; the table and the change log have them under the same names.</summary>
internal static class SqliteListingColumns
{
    /// <summary>The columns of a table, qualified with its alias, in the order of <see cref="ListingColumns"/>.</summary>
    public static string Of(string table)
    {
        string Number(string column) => SqliteSchema.Number($"{table}.{column}");
        return $"""
            {table}.id, {table}.property_data, {table}.address, {Number("lat")}, {Number("lng")}, {Number("price")}, {Number("bedrooms")}, {Number("bathrooms")},
            {Number("intensity")}, {table}.deal_rating, {table}.ai_evaluation_reasoning, {Number("timestamp")}
            """;
    }
}
