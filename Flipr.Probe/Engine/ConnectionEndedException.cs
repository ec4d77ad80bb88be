namespace Flipr.Probe.Engine;

/// <summary>A connection that was to stay is gone; the message says how it ended.</summary>
internal sealed class ConnectionEndedException(string message, Exception? inner = null) : Exception(message, inner);
