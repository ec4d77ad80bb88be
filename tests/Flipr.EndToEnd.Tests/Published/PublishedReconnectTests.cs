using Flipr.EndToEnd.Tests.Clients;

namespace Flipr.EndToEnd.Tests.Published;

/// <summary>The published program ends, and its clients come back.</summary>
public sealed class PublishedReconnectTests : ReconnectTests, IClassFixture<PublishedApi>
{
    public PublishedReconnectTests(PublishedApi published)
        : base(published) => PublishedApi.Require();
}
