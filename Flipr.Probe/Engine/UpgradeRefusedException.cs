namespace Flipr.Probe.Engine;

/// <summary>A WebSocket was asked for, and the answer was another one than 101.</summary>
internal sealed class UpgradeRefusedException(HttpAnswer answer) : Exception("The WebSocket handshake was not accepted.")
{
    public HttpAnswer Answer { get; } = answer;
}
