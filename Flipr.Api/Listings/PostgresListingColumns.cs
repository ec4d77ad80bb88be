using Flipr.Api.Changes;
using Npgsql;

namespace Flipr.Api.Listings;

/// <summary>The columns of a listing in PostgreSQL; the table and the change log have them under the same names.</summary>
internal static class PostgresListingColumns
{
    /// <summary>How many columns <see cref="Of"/> names.</summary>
    public const int Count = 12;

    /// <summary>The columns of a table, qualified with its alias.</summary>
    public static string Of(string table) => $"""
        {table}.id, CASE WHEN {table}.property_text::jsonb = {table}.property_data THEN {table}.property_text ELSE {table}.property_data::text END AS data,
        {table}.address, {table}.lat_exact, {table}.lng_exact, {table}.price_exact, {table}.bedrooms::double precision AS bedrooms,
        {table}.bathrooms::text::double precision AS bathrooms, {table}.intensity_exact, {table}.deal_rating, {table}.ai_evaluation_reasoning,
        {table}.timestamp::double precision AS timestamp
        """;

    /// <summary>Reads the columns from the first of them on.</summary>
    public static ListingRow Read(NpgsqlDataReader reader, int first, Cursor cursor)
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
