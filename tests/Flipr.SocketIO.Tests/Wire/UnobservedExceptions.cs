using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(Flipr.SocketIO.Tests.Wire.UnobservedExceptions))]

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>Exceptions of tasks that nobody looked at. The whole run fails if it leaves one that passed through the library.</summary>
public sealed class UnobservedExceptions : IDisposable
{
    private static readonly ConcurrentQueue<Exception> Seen = new();

    public UnobservedExceptions() => TaskScheduler.UnobservedTaskException += Keep;

    /// <summary>Finalises what has been dropped so far and fails if one of it held an exception.</summary>
    public static void ShouldBeNone()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // Each is told once, by the first who looks; it may come from a test that ran beside this one.
        var unobserved = new List<Exception>();
        while (Seen.TryDequeue(out Exception? exception))
        {
            unobserved.Add(exception);
        }

        Assert.True(unobserved.Count == 0, $"Unobserved exceptions, of this test or one that ran beside it:\n{string.Join('\n', unobserved)}");
    }

    public void Dispose()
    {
        TaskScheduler.UnobservedTaskException -= Keep;
        ShouldBeNone();
    }

    private static void Keep(object? sender, UnobservedTaskExceptionEventArgs e) => Seen.Enqueue(e.Exception);
}
