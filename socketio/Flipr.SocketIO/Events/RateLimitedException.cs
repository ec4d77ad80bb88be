namespace Flipr.SocketIO;

/// <summary>An event was dropped because its client sent too many: what <see cref="SocketIOOptions.AnswerErrors"/> is asked about it with.</summary>
public sealed class RateLimitedException : Exception
{
    internal RateLimitedException(string eventName, TimeSpan? retryAfter)
        : base($"'{eventName}' is over the rate limit.") => RetryAfter = retryAfter;

    /// <summary>When the client may try again, if the limiter knows.</summary>
    public TimeSpan? RetryAfter { get; }
}
