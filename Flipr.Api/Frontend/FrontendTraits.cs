namespace Flipr.Api.Frontend;

/// <summary>What the page has to know of the backend to offer the right things.</summary>
/// <param name="Production">In production it offers no simulator.</param>
/// <param name="KeyRequired">Whether a listing that it posts needs the key.</param>
internal sealed record FrontendTraits(bool Production, bool KeyRequired);
