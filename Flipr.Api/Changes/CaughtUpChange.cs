using System.Text.Json.Serialization;
using Flipr.Api.Listings;

namespace Flipr.Api.Changes;

/// <summary>One change in the answer to <c>catch_up</c>.</summary>
/// <param name="Type"><c>new</c>, <c>updated</c> or <c>deleted</c>.</param>
/// <param name="Property">The listing as the change left it, unless it is deleted.</param>
/// <param name="Id">The listing's id, when it is deleted.</param>
/// <param name="Cursor">The change's own.</param>
internal sealed record CaughtUpChange(
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ListingJson? Property,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    string Cursor)
{
    public static CaughtUpChange Of(Change change) => change.Kind switch
    {
        ChangeKind.New => new("new", change.Listing, null, change.Cursor),
        ChangeKind.Updated => new("updated", change.Listing, null, change.Cursor),
        _ => new("deleted", null, change.Id, change.Cursor),
    };
}
