namespace Flipr.SocketIO;

/// <summary>A client did not answer in time.</summary>
public sealed class AckTimeoutException : TimeoutException
{
    internal AckTimeoutException(string message)
        : base(message)
    {
    }
}
