namespace Flipr.Api.Listings;

/// <summary>A query parameter cannot be read. The message is for the client: it names the parameter and what to send instead.</summary>
internal sealed class InvalidParameterException(string message) : Exception(message);
