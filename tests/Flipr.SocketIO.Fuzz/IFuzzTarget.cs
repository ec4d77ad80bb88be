namespace Flipr.SocketIO.Fuzz;

/// <summary>Something that reads what a stranger wrote.</summary>
internal interface IFuzzTarget
{
    string Name { get; }

    /// <summary>Inputs to start from: legal ones, and those that were findings once.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>What the grammar is made of: spliced into inputs.</summary>
    IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>Makes an input from the grammar, now and then a wrong one.</summary>
    byte[] Generate(Random random);

    /// <summary>Reads the input and checks what must hold of any.</summary>
    /// <returns>How it ended, coarsely: an input that ends in a new way is worth mutating further.</returns>
    /// <exception cref="FindingException">Something does not hold. Any other exception is a finding too.</exception>
    string Run(byte[] input);
}
