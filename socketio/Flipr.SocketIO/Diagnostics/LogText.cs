namespace Flipr.SocketIO.Diagnostics;

/// <summary>Makes text that comes from a client fit for the log: no line breaks that look like entries, no endless names.</summary>
internal static class LogText
{
    private const int MaxLength = 100;

    /// <summary>Replaces control characters and cuts what is longer than <paramref name="maxLength"/> characters.</summary>
    public static string Clean(ReadOnlySpan<char> text, int maxLength = MaxLength)
    {
        ReadOnlySpan<char> kept = text.Length > maxLength ? text[..maxLength] : text;
        return string.Create(kept.Length, kept, static (cleaned, original) =>
        {
            for (int i = 0; i < cleaned.Length; i++)
            {
                cleaned[i] = char.IsControl(original[i]) || original[i] is '\u2028' or '\u2029' ? '\ufffd' : original[i];
            }
        });
    }
}
