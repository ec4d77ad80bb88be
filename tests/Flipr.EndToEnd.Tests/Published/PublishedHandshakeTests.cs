namespace Flipr.EndToEnd.Tests.Published;

/// <summary>The first bytes of a connection to the published program.</summary>
public sealed class PublishedHandshakeTests : HandshakeTests, IClassFixture<PublishedApi>
{
    public PublishedHandshakeTests(PublishedApi published)
        : base(published) => PublishedApi.Require();
}
