namespace Flipr.Api.Security;

/// <summary>What a request presents as its API key.</summary>
internal enum PresentedKey
{
    None,
    Right,
    Wrong,
}
