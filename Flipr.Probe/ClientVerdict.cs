namespace Flipr.Probe;

/// <summary>Whether a client with these options connects.</summary>
/// <param name="Transports">The client's option, as it is written there.</param>
/// <param name="Connects">Whether it does.</param>
/// <param name="Reason">How, or why not.</param>
internal sealed record ClientVerdict(string Transports, bool Connects, string Reason);
