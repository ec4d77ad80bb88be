namespace Flipr.SocketIO.EngineIO;

/// <summary>Milliseconds since the server was created: what every deadline is counted in.</summary>
internal sealed class EngineClock(TimeProvider timeProvider)
{
    private readonly long _start = timeProvider.GetTimestamp();

    /// <summary>A deadline that never comes.</summary>
    public const long Never = long.MaxValue;

    public TimeProvider TimeProvider => timeProvider;

    /// <summary>When the time of day is <paramref name="time"/>: a deadline, not a moment earlier.</summary>
    public long At(DateTimeOffset time) => Now + (long)Math.Ceiling((time - timeProvider.GetUtcNow()).TotalMilliseconds);

    public long Now => (long)timeProvider.GetElapsedTime(_start).TotalMilliseconds;
}
