namespace Flipr.Api.Listings;

/// <summary>What a client sent cannot be read. The message is for the client: it names the field or parameter and what to send instead.</summary>
internal sealed class InvalidInputException(string message) : Exception(message);
