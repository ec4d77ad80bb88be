using Flipr.EndToEnd.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedApi))]
// The tests share two cores and one API: one after the other they are as fast, and a failure is easier to read.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>One running API for all tests that do not need one of their own.</summary>
public class SharedApi : IAsyncLifetime
{
    /// <summary>The API.</summary>
    public ApiProcess Api { get; protected set; } = null!;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => Api = await StartAsync();

    /// <summary>Starts another one, with a database of its own.</summary>
    public virtual Task<ApiProcess> StartAsync() => ApiProcess.StartAsync();

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (Api is not null)
        {
            await Api.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
