namespace Flipr.SocketIO.Protocol;

/// <summary>
/// Keeps foreign JSON from smuggling placeholders into a packet with attachments: the receiver would put one attachment in
/// the place of another, or give up the connection over an illegal one.
/// </summary>
internal static class AttachmentGuard
{
    /// <summary>Checks that <paramref name="json"/> has exactly the placeholders that the converters wrote.</summary>
    /// <exception cref="ArgumentException">It has more.</exception>
    public static void Check(ReadOnlySpan<byte> json, int attachments)
    {
        using var scanner = new PlaceholderScanner(json, int.MaxValue);
        int placeholders = 0;
        while (scanner.Read())
        {
            if (scanner.IsPlaceholder)
            {
                placeholders++;
            }
        }

        if (placeholders != attachments)
        {
            throw new ArgumentException(
                "An argument holds raw JSON of the form {\"_placeholder\":true,...}, which cannot be sent together with binary data: the receiver would take it for an attachment. Send it without binary data, or rename the property.");
        }
    }
}
