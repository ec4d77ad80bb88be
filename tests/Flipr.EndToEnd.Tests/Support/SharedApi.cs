using Flipr.EndToEnd.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedApi))]
// The tests share two cores and one API: one after the other they are as fast, and a failure is easier to read.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>One running API for all tests that do not need one of their own.</summary>
public sealed class SharedApi : IAsyncLifetime
{
    /// <summary>The API.</summary>
    public ApiProcess Api { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Api = await ApiProcess.StartAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
