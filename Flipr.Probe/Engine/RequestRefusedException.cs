namespace Flipr.Probe.Engine;

/// <summary>A request of a polling session was answered with something else than it should.</summary>
internal sealed class RequestRefusedException(HttpAnswer answer, string request) : Exception($"{request} was answered {answer.Status} {Shorten.Text(answer.Body)}")
{
    public HttpAnswer Answer { get; } = answer;
}
