namespace Flipr.SocketIO;

/// <summary>A client did not answer in time.</summary>
public class AckTimeoutException : TimeoutException
{
    internal AckTimeoutException(string message)
        : base(message)
    {
    }
}

/// <summary>Not every recipient of a broadcast answered: some disconnected, did not answer in time, or answered with something else.</summary>
/// <typeparam name="T">What an answer is read as.</typeparam>
public sealed class AckTimeoutException<T> : AckTimeoutException
{
    internal AckTimeoutException(IReadOnlyList<T> answers, int misread, int expected)
        : base(
            $"{answers.Count} of {expected} clients answered" +
            (misread > 0 ? $"; {misread} answered with something that is not a {typeof(T)}" : "") +
            (answers.Count + misread < expected ? "; the others disconnected or did not answer in time." : "."))
    {
        Answers = answers;
        Expected = expected;
    }

    /// <summary>The answers that came.</summary>
    public IReadOnlyList<T> Answers { get; }

    /// <summary>How many clients were asked.</summary>
    public int Expected { get; }
}
