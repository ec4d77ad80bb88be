using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>The server's clock stands still unless a test moves it.</summary>
public static class FakeClock
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    /// <summary>Lets the server's time pass, half a second at a time, until <paramref name="task"/> is done.</summary>
    /// <returns>How much of the server's time had passed when the task was seen to be done.</returns>
    public static async Task<TimeSpan> PassUntilAsync(this FakeTimeProvider clock, Task task, string what)
    {
        DateTimeOffset from = clock.GetUtcNow();
        long started = Stopwatch.GetTimestamp();
        while (!task.IsCompleted)
        {
            if (Stopwatch.GetElapsedTime(started) > Deadline.Default)
            {
                throw new TimeoutException($"In {clock.GetUtcNow() - from} of the server's time this did not happen: {what}");
            }

            clock.Advance(Step);
            await Task.WhenAny(task, Task.Delay(2));
        }

        await task;
        return clock.GetUtcNow() - from;
    }
}
