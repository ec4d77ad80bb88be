namespace Flipr.SocketIO.Benchmarks;

/// <summary>Prints bounds as they are checked and remembers whether all of them hold.</summary>
internal sealed class Verdict
{
    public bool Holds { get; private set; } = true;

    public void Check(bool holds, string what)
    {
        Holds &= holds;
        Console.WriteLine($"  {(holds ? "ok    " : "BROKEN")} {what}");
    }
}
