using System.Globalization;
using System.Text;

namespace Flipr.Api.Tests;

/// <summary>Many rows as the old backend may have left them: whole ones, poor ones and odd ones by turns.</summary>
internal static class OldBackendRows
{
    public const int Count = 10_000;

    public static string Id(int i) => $"row-{i:00000}";

    /// <summary>One statement that inserts all of them.</summary>
    public static string Insert(bool isPostgres)
    {
        var sql = new StringBuilder(
            "INSERT INTO properties (id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, ai_evaluation_reasoning, property_data, timestamp) VALUES ");
        for (int i = 0; i < Count; i++)
        {
            sql.Append(i == 0 ? "" : ",\n").Append(CultureInfo.InvariantCulture, $"('{Id(i)}', {Values(i, isPostgres)})");
        }

        return sql.ToString();
    }

    private static string Values(int i, bool isPostgres) => (i % 10) switch
    {
        0 => $$"""'{{i}} Pine St', 47.6, -122.3, {{i}}.5, 3, 2.5, 0.85, 'Hot', 'cheap', '{"price":{{i}}.5,"latitude":47.60621,"n":{{i}}}', {{Moment(i)}}""",
        1 => $$"""'x', 47.6, -122.3, {{i}}, 3, 2.5, 0.5, 'Fair', '', '{"price":"{{i}}","bedrooms":"3","latitude":"47.6","n":{{i}}}', {{Moment(i)}}""",
        2 => $"'{i} Oak St', -90, 180, 0.1, 2147483647, 0.5, 1, 'Fair', '', NULL, {Moment(i)}",
        3 => "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        4 => $$"""NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"id":{{i}},"cursor":"theirs","timestamp":null}', {{Moment(i)}}""",
        5 => $"NULL, 1, 1, 1e30, 0, NULL, 0, NULL, NULL, '[1,2]', {Moment(i)}",
        6 => $"NULL, 1, NULL, 5, NULL, NULL, 0.4, NULL, NULL, '\"text\"', {Moment(i)}",
        7 => $$"""'O''Brien ☃ 🏠', 1, 1, 5, 1, 1, 0.6, '☃', '<b>&', '{"note":"\u2028 🏠","deep":[[[[{"a":null}]]]]}', -5""",
        8 => isPostgres
            ? "NULL, 'NaN', 'NaN', 'NaN', NULL, 'NaN', 'NaN', NULL, NULL, '{\"price\":null,\"intensity\":\"NaN\"}', 2147483647"
            : "NULL, 'north', 'west', 'on request', 'many', 'NaN', 'NaN', NULL, NULL, '{\"price\": NaN, \"intensity\": Infinity}', 'long ago'",
        _ => isPostgres
            ? "NULL, 'Infinity', '-Infinity', 'Infinity', NULL, NULL, NULL, NULL, NULL, '{}', 0"
            : "NULL, 9e999, -9e999, 9e999, 1.5, NULL, NULL, NULL, NULL, '{broken', 0",
    };

    // Many share one, so that pages end between equals.
    private static int Moment(int i) => 1_700_000_000 + (i / 700);
}
