using System.Diagnostics;
using Flipr.Api.Changes;

namespace Flipr.Api.Telemetry;

/// <summary>The backend's own spans, in the source <c>Flipr.Api</c> (docs/telemetry.md). Without a listener nothing is made.</summary>
internal static class FliprActivities
{
    public const string SourceName = "Flipr.Api";

    public static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anyone wants spans.</summary>
    public static bool IsTracing => Source.HasListeners();

    /// <summary>
    /// A batch of changes is being stored. It belongs to the trace of one of the requests that asked for them; the others' spans link to it, and it to them.
    /// </summary>
    public static Activity? StartStore(IEnumerable<Activity?> requests)
    {
        if (!IsTracing)
        {
            return null;
        }

        Activity[] known = [.. requests.OfType<Activity>()];
        Activity? first = known.FirstOrDefault(request => request.Recorded) ?? known.FirstOrDefault();
        Activity[] others = [.. known.Where(request => request != first)];
        Activity? store = Source.StartActivity(
            "store listings", ActivityKind.Internal, first?.Context ?? default, links: others.Select(request => new ActivityLink(request.Context)));
        if (store is not null)
        {
            store.SetTag("flipr.batch.size", known.Length);
            foreach (Activity other in others)
            {
                other.AddLink(new ActivityLink(store.Context));
            }
        }

        return store;
    }

    /// <summary>A change is announced, as part of the trace of the request that made it, on whichever instance that was.</summary>
    /// <param name="eventName">How it is announced.</param>
    /// <param name="change">The change.</param>
    /// <param name="traceParent">The request's context; null where there is none: a change by hand, or one that was not traced.</param>
    public static Activity? StartAnnounce(string eventName, Change change, string? traceParent)
    {
        if (!IsTracing)
        {
            return null;
        }

        ActivityContext.TryParse(traceParent, null, isRemote: true, out ActivityContext request);
        Activity? announce = Source.StartActivity($"announce {eventName}", ActivityKind.Internal, request);
        announce?.SetTag("flipr.listing.id", change.Id);
        announce?.SetTag("flipr.change.position", change.Position);
        return announce;
    }

    /// <summary>Marks a span as failed.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        if (activity is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, exception.Message);
            activity.SetTag("error.type", exception.GetType().FullName);
            activity.AddException(exception);
        }
    }
}
