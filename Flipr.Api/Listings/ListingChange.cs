using Flipr.Api.Security;

namespace Flipr.Api.Listings;

/// <summary>A change that somebody asked for: an upsert, or a delete when it carries no listing.</summary>
/// <param name="Id">The listing's id.</param>
/// <param name="Listing">What to store; null to delete.</param>
/// <param name="Sender">Who asked.</param>
internal sealed record ListingChange(string Id, Listing? Listing, ChangeSender Sender)
{
    /// <summary>By what the request is known when it comes again; null when it need not be.</summary>
    public UpdateRequest? Request { get; init; }

    /// <summary>The W3C trace context of the request that asked for it, where that is traced.</summary>
    public string? TraceParent { get; init; }

    public static ListingChange Upsert(Listing listing, ChangeSender sender, UpdateRequest? request) => new(listing.Id, listing, sender) { Request = request };

    public static ListingChange Delete(string id, ChangeSender sender) => new(id, null, sender);
}
