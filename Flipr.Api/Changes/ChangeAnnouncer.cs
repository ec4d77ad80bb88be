using Flipr.SocketIO;

namespace Flipr.Api.Changes;

/// <summary>Tells whoever watches what changed.</summary>
internal sealed class ChangeAnnouncer(SocketIOServer io, Watchers watchers)
{
    public ValueTask AnnounceAsync(Change change)
    {
        // One broadcast, so that it is encoded once and nobody who is in two of the rooms hears it twice.
        Broadcast audience = io.To([Watchers.OfEverything, .. watchers.OfBoxesTouchedBy(change)]);
        return (change.Kind, change.Listing) switch
        {
            (ChangeKind.New, { } listing) => audience.EmitAsync("new_property", listing),
            (ChangeKind.Updated, { } listing) => audience.EmitAsync("property_updated", listing),
            _ => audience.EmitAsync("property_deleted", new PropertyDeleted(change.Id, change.Cursor)),
        };
    }
}
