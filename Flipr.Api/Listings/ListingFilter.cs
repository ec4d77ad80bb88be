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
            Add(Latitude, ">=", "south", box.South);
            Add(Latitude, "<=", "north", box.North);
            Parameter("west", box.West);
            Parameter("east", box.East);
            conditions.Add($"({Longitude} >= @west {(box.CrossesAntimeridian ? "OR" : "AND")} {Longitude} <= @east)");
        }

        return conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";

        void Add(string column, string comparison, string name, double? value)
        {
            if (value is { } bound)
            {
                Parameter(name, bound);
                conditions.Add($"{column} {comparison} @{name}");
            }
        }

        void Parameter(string name, double value)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }
    }
}
