namespace Flipr.EndToEnd.Tests.Published;

/// <summary>The page of the published program in a real browser.</summary>
public sealed class PublishedBrowserTests : BrowserTests, IClassFixture<PublishedApi>
{
    public PublishedBrowserTests(PublishedApi published)
        : base(published) => PublishedApi.Require();
}
