namespace Flipr.ServiceDefaults;

/// <summary>Where the map's page may connect. Whoever serves it decides that, so that a link to the page cannot.</summary>
/// <param name="Backend">The origin of its backend; null where that is the page's own.</param>
/// <param name="Backends">The origins that the page's address may name instead (<c>?api=</c>); <c>*</c> stands for any.</param>
public sealed record PageSettings(string? Backend, IReadOnlyList<string> Backends)
{
    private const string Any = "*";

    /// <summary>Reads what the page's address may name.</summary>
    /// <param name="origins"><c>PAGE_BACKENDS</c>, taken apart; null where it is unset.</param>
    /// <param name="isAnyAllowed">Whether it may name any origin while the setting is unset: in development.</param>
    /// <exception cref="FormatException">One of them is no origin. The message is for whoever starts the host.</exception>
    public static IReadOnlyList<string> ReadBackends(IEnumerable<string>? origins, bool isAnyAllowed) =>
        origins is not null ? [.. origins.Select(origin => PageOrigin.Read("PAGE_BACKENDS", origin))] : isAnyAllowed ? [Any] : [];

    /// <summary>Whether the page's address may name this origin.</summary>
    /// <param name="origin">It, as <see cref="PageOrigin"/> writes it.</param>
    internal bool Allows(string origin) => origin == Backend || Backends.Contains(Any) || Backends.Contains(origin);
}
