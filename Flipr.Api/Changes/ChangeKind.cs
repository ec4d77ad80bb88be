namespace Flipr.Api.Changes;

/// <summary>What a change did.</summary>
internal enum ChangeKind
{
    /// <summary>The id was new.</summary>
    New,

    /// <summary>The id existed.</summary>
    Updated,

    /// <summary>The listing is gone.</summary>
    Deleted,
}
