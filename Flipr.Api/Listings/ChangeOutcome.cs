namespace Flipr.Api.Listings;

/// <summary>What became of a change that was asked for.</summary>
/// <param name="Result">What.</param>
/// <param name="Id">The listing's id; of a repeated request the one that it got the first time.</param>
internal readonly record struct ChangeOutcome(ChangeResult Result, string Id)
{
    /// <summary>What became of a change whose request is remembered from another time.</summary>
    /// <param name="request">The one that was asked for.</param>
    /// <param name="body">The hash of the remembered body.</param>
    /// <param name="id">The id that was remembered.</param>
    public static ChangeOutcome Of(UpdateRequest request, string body, string id) =>
        new(body == request.BodyHash ? ChangeResult.Repeated : ChangeResult.KeyReused, id);
}
