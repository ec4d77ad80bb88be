namespace Flipr.Api.Database;

/// <summary>The database does not answer now; the same request may succeed later. The message is safe to show: it holds no address and no secret.</summary>
internal sealed class DatabaseUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
