namespace Flipr.SocketIO.Fuzz;

/// <summary>Changes inputs: bits, bytes, pieces, tokens of the grammar, splices of two inputs.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> tokens, int maxLength)
{
    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        byte[] result = input;
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            result = MutateOnce(result, corpus);
        }

        return result.Length > maxLength ? result[..maxLength] : result;
    }

    private byte[] MutateOnce(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        int at = random.Next(input.Length + 1);
        int length = random.Next(1, Math.Max(2, Math.Min(16, input.Length - at)));
        int end = Math.Min(at + length, input.Length);
        switch (random.Next(9))
        {
            case 0 when input.Length > 0:
                byte[] flipped = [.. input];
                flipped[random.Next(input.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1 when input.Length > 0:
                byte[] replaced = [.. input];
                replaced[random.Next(input.Length)] = (byte)random.Next(256);
                return replaced;
            case 2:
                return [.. input[..at], .. input[end..]];
            case 3:
                return [.. input[..end], .. input[at..end], .. input[end..]];
            case 4:
                return input[..at];
            case 5:
                byte[] other = corpus[random.Next(corpus.Count)];
                return [.. input[..at], .. other[random.Next(other.Length + 1)..]];
            case 6:
                byte[] token = tokens[random.Next(tokens.Count)];
                return [.. input[..at], .. token, .. input[end..]];
            default:
                byte[] inserted = tokens[random.Next(tokens.Count)];
                return [.. input[..at], .. inserted, .. input[at..]];
        }
    }
}
