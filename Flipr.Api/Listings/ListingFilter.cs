using System.Data.Common;

namespace Flipr.Api.Listings;

/// <summary>A query's conditions as SQL, alike for both databases; only the columns that hold exact doubles have different names.</summary>
internal sealed record ListingFilter(string Price, string Intensity, string Latitude, string Longitude, string Bedrooms)
{
    /// <summary>The <c>WHERE</c> clause of a query, and its parameters added to the command; empty when everything is wanted.</summary>
    public string Where(ListingQuery query, DbCommand command)
    {
        var conditions = new List<string>();
        Add(Price, ">=", "price_min", query.PriceMin);
        Add(Price, "<=", "price_max", query.PriceMax);
        Add(Bedrooms, ">=", "bedrooms_min", query.BedroomsMin);
        Add(Intensity, ">=", "intensity_min", query.IntensityMin);
        if (query.Box is { } box)
        {
            AddBox(box, command);
            conditions.Add(Inside(box, Latitude, Longitude));
        }

        return conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";

        void Add(string column, string comparison, string name, double? value)
        {
            if (value is { } bound)
            {
                Parameter(command, name, bound);
                conditions.Add($"{column} {comparison} @{name}");
            }
        }
    }

    /// <summary>That a place is in the box or on its edge; the box itself comes in parameters (<see cref="AddBox"/>).</summary>
    public static string Inside(BoundingBox box, string latitude, string longitude) =>
        $"({latitude} >= @south AND {latitude} <= @north AND ({longitude} >= @west {(box.CrossesAntimeridian ? "OR" : "AND")} {longitude} <= @east))";

    /// <summary>Adds the parameters of <see cref="Inside"/>.</summary>
    public static void AddBox(BoundingBox box, DbCommand command)
    {
        Parameter(command, "west", box.West);
        Parameter(command, "south", box.South);
        Parameter(command, "east", box.East);
        Parameter(command, "north", box.North);
    }

    private static void Parameter(DbCommand command, string name, double value)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
