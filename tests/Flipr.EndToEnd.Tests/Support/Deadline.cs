using System.Diagnostics.CodeAnalysis;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>Waiting for conditions: never longer than a deadline, never by a guess at how long something takes.</summary>
internal static class Deadline
{
    /// <summary>Far more than anything here takes, also on a busy machine: it only ends what hangs.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(60);

    /// <summary>Waits for a task; when it takes too long, fails with what the test was waiting for.</summary>
    public static async Task<T> Within<T>(this Task<T> task, Func<string> waitingFor, TimeSpan? deadline = null)
    {
        try
        {
            return await task.WaitAsync(deadline ?? Default, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Fail(waitingFor());
            throw;
        }
    }

    /// <inheritdoc cref="Within{T}"/>
    public static async Task Within(this Task task, Func<string> waitingFor, TimeSpan? deadline = null)
    {
        try
        {
            await task.WaitAsync(deadline ?? Default, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Fail(waitingFor());
            throw;
        }
    }

    /// <summary>Looks again and again until the condition holds.</summary>
    /// <param name="look">Looks.</param>
    /// <param name="holds">The condition.</param>
    /// <param name="waitingFor">What the test is waiting for, in words.</param>
    /// <param name="progress">Measures how far it has come; the deadline counts from the last progress.</param>
    public static async Task<T> Until<T>(Func<Task<T>> look, Func<T, bool> holds, Func<T, string> waitingFor, Func<T, long>? progress = null)
    {
        long started = TimeProvider.System.GetTimestamp();
        long furthest = long.MinValue;
        for (; ; )
        {
            T seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            if (progress?.Invoke(seen) is { } now && now > furthest)
            {
                furthest = now;
                started = TimeProvider.System.GetTimestamp();
            }

            if (TimeProvider.System.GetElapsedTime(started) > Default)
            {
                Fail(waitingFor(seen));
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    [DoesNotReturn]
    private static void Fail(string waitingFor) => throw new TimeoutException($"Waited {Default.TotalSeconds} s in vain for {waitingFor}");
}
