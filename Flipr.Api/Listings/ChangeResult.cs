namespace Flipr.Api.Listings;

/// <summary>What became of a change that was asked for.</summary>
internal enum ChangeResult
{
    /// <summary>It is stored.</summary>
    Applied,

    /// <summary>Nothing to delete has this id.</summary>
    Unknown,

    /// <summary>The same request has been applied before, and was not again.</summary>
    Repeated,

    /// <summary>Another request has used the same idempotency key.</summary>
    KeyReused,

    /// <summary>The listing was stored with the API key, and whoever asks has none.</summary>
    Protected,
}
