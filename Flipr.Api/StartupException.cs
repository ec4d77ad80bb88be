namespace Flipr.Api;

/// <summary>A setting or the surroundings do not allow a start. The message is for whoever starts Flipr: it says what to change, and holds no secret.</summary>
internal sealed class StartupException(string message) : Exception(message);
