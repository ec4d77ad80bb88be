using System.Data.Common;
using Flipr.Api.Listings;

namespace Flipr.Api.Changes;

/// <summary>
/// The columns of an entry, as each database's log selects them: position, kind, id, the place before, the place afterwards, and then those of
/// <see cref="ListingColumns"/>.
/// </summary>
internal static class ChangeColumns
{
    private const int Count = 7;

    /// <summary>Reads an entry.</summary>
    /// <param name="reader">Stands on its row.</param>
    /// <param name="first">The first of the columns.</param>
    /// <param name="databaseId">Whose position it is.</param>
    /// <param name="isListing">Whether the listing as it is was asked for, not what happened to it.</param>
    public static Change Read(DbDataReader reader, int first, string databaseId, bool isListing)
    {
        long position = reader.GetInt64(first);
        var cursor = new Cursor(databaseId, position);
        ChangeKind kind = isListing ? ChangeKind.New : Enum.Parse<ChangeKind>(reader.GetString(first + 1), ignoreCase: true);
        ListingJson? listing = kind == ChangeKind.Deleted ? null : ListingColumns.Read(reader, first + Count, cursor).ToJson();
        return new Change(position, cursor.ToString(), kind, reader.GetString(first + 2), listing, Place(3), Place(5));

        GeoPoint? Place(int column) => GeoPoint.Of(Number(column), Number(column + 1));
        double? Number(int column) => reader.IsDBNull(first + column) ? null : reader.GetDouble(first + column);
    }
}
