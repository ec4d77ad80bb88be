using Flipr.EndToEnd.Tests.Clients;

namespace Flipr.EndToEnd.Tests.Published;

/// <summary>The users' clients at the published program.</summary>
public sealed class PublishedNodeClientTests : NodeClientTests, IClassFixture<PublishedApi>
{
    public PublishedNodeClientTests(PublishedApi published)
        : base(published) => PublishedApi.Require();
}
