namespace Flipr.SocketIO.EngineIO;

// Limits that end the connection.
internal sealed partial class EngineSession
{
    private bool _isLimitTold;

    /// <summary>Ends the session because more waits for its client than may.</summary>
    public void CloseOverLimit()
    {
        if (TryClose(CloseReason.OutboundLimit))
        {
            ReportLimit(
                nameof(EngineSettings.MaxOutboundBytes),
                _server.Settings.MaxOutboundBytes,
                "Its client takes less than it is sent: await each emit to one socket, send less, or raise the option");
        }
    }

    /// <summary>The client has sent more at once than it may.</summary>
    public void ReportPayloadLimit() => ReportLimit(
        nameof(EngineSettings.MaxPayload), _server.Settings.MaxPayload, "Its client sent more at once: let it send less, or raise the option");

    /// <summary>A limit has struck that ends the connection: counts it, and says so in the log, once for a connection.</summary>
    /// <param name="option">The option that sets the limit.</param>
    /// <param name="value">Its value.</param>
    /// <param name="remedy">What can be done.</param>
    private void ReportLimit(string option, long value, string remedy)
    {
        _server.Metrics.LimitExceeded(option);
        if (!Interlocked.Exchange(ref _isLimitTold, true))
        {
            _server.Log.LimitExceeded(Id, option, value, remedy);
        }
    }
}
