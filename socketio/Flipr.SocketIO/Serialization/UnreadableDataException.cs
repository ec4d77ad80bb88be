using System.Text.Json;

namespace Flipr.SocketIO;

/// <summary>What a client sent is not of the form that a handler reads it as: the client's doing, and no error of the application.</summary>
internal sealed class UnreadableDataException(JsonException cause) : JsonException(cause.Message, cause.Path, cause.LineNumber, cause.BytePositionInLine, cause);
