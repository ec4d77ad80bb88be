namespace Flipr.Probe;

/// <summary>Foreign text for one line of a terminal.</summary>
internal static class Shorten
{
    private const int Longest = 160;

    public static string Text(string text)
    {
        // Control characters of a server's answer must not reach the terminal.
        string line = string.Concat(text.Take(Longest).Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        return text.Length > Longest ? line + "…" : line;
    }
}
