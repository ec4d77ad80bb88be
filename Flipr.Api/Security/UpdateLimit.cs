namespace Flipr.Api.Security;

/// <summary>What an update may be refused for besides its content and its rights.</summary>
internal enum UpdateLimit
{
    /// <summary>Too many in a minute.</summary>
    Rate,

    /// <summary>The client's bytes of the day.</summary>
    ClientBytes,

    /// <summary>Everybody's bytes of the day.</summary>
    TotalBytes,

    /// <summary>Too many bodies that are still arriving.</summary>
    Bodies,

    /// <summary>Its body took too long.</summary>
    BodyTime,
}
