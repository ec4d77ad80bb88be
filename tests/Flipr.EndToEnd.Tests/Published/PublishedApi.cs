using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests.Published;

/// <summary>What the command of the Dockerfile publishes, running.</summary>
public sealed class PublishedApi : SharedApi
{
    /// <summary>Skips a test where this machine cannot publish it.</summary>
    public static void Require() => Assert.SkipWhen(PublishedProgram.Missing is not null, PublishedProgram.Missing ?? "");

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        if (PublishedProgram.Missing is null)
        {
            await base.InitializeAsync();
        }
    }

    /// <inheritdoc/>
    public override async Task<ApiProcess> StartAsync() => await ApiProcess.StartAsync(await PublishedProgram.PathAsync());
}
