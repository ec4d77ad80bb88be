using System.Threading.RateLimiting;

namespace Flipr.SocketIO;

/// <summary>What rate limiters have lent an event: given back when its handlers have ended.</summary>
internal readonly struct EventLease(RateLimitLease? ofConnection, RateLimitLease? ofEvent) : IDisposable
{
    /// <summary>Whether there is nothing to give back.</summary>
    public bool IsEmpty => ofConnection is null && ofEvent is null;

    public void Dispose()
    {
        try
        {
            ofEvent?.Dispose();
        }
        finally
        {
            ofConnection?.Dispose();
        }
    }
}
