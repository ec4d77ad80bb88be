namespace Flipr.Api.Security;

/// <summary>A request is refused where no answer can be returned. The message is for whoever sent it.</summary>
/// <param name="status">The answer's status.</param>
/// <param name="message">What is wrong, and what to do about it.</param>
/// <param name="retryAfter">When to send it again, if that makes sense.</param>
internal sealed class RefusedException(int status, string message, TimeSpan? retryAfter) : Exception(message)
{
    public int Status => status;

    public TimeSpan? RetryAfter => retryAfter;
}
