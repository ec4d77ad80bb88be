namespace Flipr.Api.Listings;

/// <summary>What was posted cannot be stored. The message is for whoever posted it: it names the field and what to send instead.</summary>
internal sealed class InvalidListingException(string message) : Exception(message);
