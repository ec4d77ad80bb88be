namespace Flipr.SocketIO.Fuzz;

/// <summary>Something that must hold of every input does not.</summary>
internal sealed class FindingException(string message) : Exception(message)
{
    public static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new FindingException(message);
        }
    }
}
