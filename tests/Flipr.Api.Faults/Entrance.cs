namespace Flipr.Api.Faults;

/// <summary>How clients and collectors come to the instances.</summary>
internal enum Entrance
{
    /// <summary>Each to its own.</summary>
    Direct,

    /// <summary>Through one address that can be led elsewhere, see <see cref="Faults.Gateway"/>.</summary>
    Gateway,

    /// <summary>Through nginx with TLS, twice, as on Render; see <see cref="RenderProxy"/>.</summary>
    Nginx,
}
