namespace Flipr.Api.Database;

/// <summary>
/// The database behind the stores. Every member throws <see cref="DatabaseUnavailableException"/> while it does not answer, and works again by
/// itself when it is back.
/// </summary>
internal interface IDatabase
{
    /// <summary>The database's name as <c>/healthz</c> shows it: PostgreSQL or SQLite.</summary>
    string Name { get; }

    /// <summary>Whether <see cref="PrepareAsync"/> is needed before anything else works.</summary>
    bool IsPrepared { get; }

    /// <summary>Where the change log stood when the schema was last set up, before any other work was let through; null before that.</summary>
    LogState? PreparedAt { get; }

    /// <summary>Creates the schema, or brings an older one up to date. Safe to repeat, also by several instances at once.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Asks the database for a sign of life.</summary>
    Task PingAsync(CancellationToken cancellationToken);
}
