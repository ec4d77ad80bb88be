using System.Diagnostics;
using Flipr.Api.Telemetry;
using Flipr.SocketIO;

namespace Flipr.Api.Changes;

/// <summary>Tells whoever watches what changed.</summary>
internal sealed class ChangeAnnouncer(SocketIOServer io, Watchers watchers, FliprMetrics metrics)
{
    /// <summary>The log is another one from here on.</summary>
    public void Restart() => watchers.NobodyKnows();

    /// <summary>Announces a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="traceParent">The trace of the request that made it, if there is one.</param>
    public ValueTask AnnounceAsync(Change change, string? traceParent)
    {
        string eventName = change switch
        {
            { Kind: ChangeKind.New, Listing: not null } => "new_property",
            { Kind: ChangeKind.Updated, Listing: not null } => "property_updated",
            _ => "property_deleted",
        };
        using Activity? activity = FliprActivities.StartAnnounce(eventName, change, traceParent);
        // One broadcast, so that it is encoded once and nobody who is in two of the rooms hears it twice.
        Broadcast audience = io.To([Watchers.OfEverything, .. watchers.OfBoxesTouchedBy(change)]).Except(watchers.WhoKnow(change));
        metrics.Announced(change.Kind);
        return change is { Kind: not ChangeKind.Deleted, Listing: { } listing }
            ? audience.EmitAsync(eventName, listing)
            : audience.EmitAsync(eventName, new PropertyDeleted(change.Id, change.Cursor));
    }
}
