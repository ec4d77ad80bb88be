namespace Flipr.Api.Changes;

/// <summary>What a log that was too large has forgotten.</summary>
/// <param name="Bytes">What it had kept.</param>
/// <param name="Count">How many entries are gone.</param>
/// <param name="ReachesTo">When the last of them was made: how far back the log reaches now.</param>
internal sealed record ForgottenEntries(long Bytes, int Count, DateTimeOffset ReachesTo);
