namespace Flipr.Api.Listings;

/// <summary>The columns of a listing in PostgreSQL; the table and the change log have them under the same names.</summary>
internal static class PostgresListingColumns
{
    /// <summary>The columns of a table, qualified with its alias, in the order of <see cref="ListingColumns"/>.</summary>
    public static string Of(string table) => $"""
        {table}.id, CASE WHEN {table}.property_text::jsonb = {table}.property_data THEN {table}.property_text ELSE {table}.property_data::text END AS data,
        {table}.address, {table}.lat_exact, {table}.lng_exact, {table}.price_exact, {table}.bedrooms::double precision AS bedrooms,
        {table}.bathrooms::text::double precision AS bathrooms, {table}.intensity_exact, {table}.deal_rating, {table}.ai_evaluation_reasoning,
        {table}.timestamp::double precision AS timestamp
        """;
}
