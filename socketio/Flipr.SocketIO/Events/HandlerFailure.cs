namespace Flipr.SocketIO;

/// <summary>What a handler of an event has thrown.</summary>
/// <param name="Exception">The exception.</param>
/// <param name="IsReported">Whether the log has it.</param>
internal sealed record HandlerFailure(Exception Exception, bool IsReported);
