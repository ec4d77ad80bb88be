namespace Flipr.SocketIO;

/// <summary>What an adapter tells of the answers to one broadcast. Thread-safe.</summary>
public abstract class AnswerCollector
{
    private protected AnswerCollector()
    {
    }

    /// <summary>A server has found recipients: so many more answers are due.</summary>
    /// <param name="recipients">How many; 0 also counts as told.</param>
    public abstract void Expect(int recipients);

    /// <summary>A recipient has answered.</summary>
    /// <param name="socketId">Whose answer it is, for the log; <see langword="null"/> if the adapter does not know.</param>
    /// <param name="answer">The arguments of its answer; the first one is enough where no more are known.</param>
    public abstract void Add(string? socketId, params ReadOnlySpan<JsonData> answer);

    /// <summary>A recipient will not answer: it has left, or took too long.</summary>
    public abstract void Miss();
}
