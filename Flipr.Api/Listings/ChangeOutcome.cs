namespace Flipr.Api.Listings;

/// <summary>What a change did to the database.</summary>
internal enum ChangeOutcome
{
    /// <summary>The id was new.</summary>
    Inserted,

    /// <summary>The id existed.</summary>
    Updated,

    /// <summary>The listing is gone.</summary>
    Deleted,

    /// <summary>There was nothing to delete.</summary>
    NotFound,
}
