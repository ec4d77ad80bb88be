using System.Globalization;
using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>A place in the change log of one database. To clients it is an opaque string.</summary>
/// <param name="DatabaseId">Whose log it is.</param>
/// <param name="Position">Everything up to here is known.</param>
/// <param name="End">
/// Set while somebody reads from the beginning: of the listings whose last change lies up to here, those behind <paramref name="Position"/> are still to
/// come; then the log goes on behind it.
/// </param>
internal readonly record struct Cursor(string DatabaseId, long Position, long? End = null)
{
    /// <summary>The end of a log: everything in it is known.</summary>
    public static Cursor EndOf(LogState state) => new(state.DatabaseId, state.Head);

    /// <summary>Reads a cursor that was handed out; null when the text is none.</summary>
    public static Cursor? TryParse(string text) => text.Split('-') switch
    {
        [{ Length: > 0 and <= 32 } database, var position] when Number(position) is { } at => new Cursor(database, at),
        [{ Length: > 0 and <= 32 } database, var position, var end] when Number(position) is { } at && Number(end) is { } to => new Cursor(database, at, to),
        _ => null,
    };

    public override string ToString() => End is { } end
        ? string.Create(CultureInfo.InvariantCulture, $"{DatabaseId}-{Position}-{end}")
        : string.Create(CultureInfo.InvariantCulture, $"{DatabaseId}-{Position}");

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
