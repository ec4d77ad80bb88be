using Flipr.SocketIO;

namespace Flipr.Api.Listings;

/// <summary>Tells whoever watches what changed, after it was stored.</summary>
internal sealed class ListingAnnouncer(SocketIOServer io)
{
    public ValueTask AnnounceAsync(ListingChange change, ChangeOutcome outcome) => (outcome, change.Listing) switch
    {
        (ChangeOutcome.Inserted, { } listing) => io.EmitAsync("new_property", listing.Json),
        (ChangeOutcome.Updated, { } listing) => io.EmitAsync("property_updated", listing.Json),
        (ChangeOutcome.Deleted, _) => io.EmitAsync("property_deleted", new PropertyDeleted(change.Id)),
        _ => ValueTask.CompletedTask,
    };
}
