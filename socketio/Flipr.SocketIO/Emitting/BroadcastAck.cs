namespace Flipr.SocketIO;

/// <summary>The answer that one recipient of a broadcast owes.</summary>
internal sealed class BroadcastAck(string socketId, AnswerCollector answers) : PendingAck
{
    public override void Complete(ref ArgumentReader arguments)
    {
        JsonData[] answer;
        try
        {
            answer = arguments.Read<JsonData[]>();
        }
        catch
        {
            answers.Miss();
            throw; // It is in no list any more: whoever reads the connection reports it.
        }

        answers.Add(socketId, answer);
    }

    // Whatever keeps a recipient from answering (it left, was slow) makes its answer missing.
    public override void Fail(Exception exception) => answers.Miss();
}
