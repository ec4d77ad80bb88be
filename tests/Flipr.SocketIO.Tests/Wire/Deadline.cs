using System.Diagnostics;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>Waits that end: on what they wait for, or with a sentence that says what did not come.</summary>
public static class Deadline
{
    /// <summary>Far longer than any of these waits takes, so that a busy machine is no failure.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Waits for <paramref name="task"/>; past the deadline fails, saying that <paramref name="what"/> did not happen.</summary>
    public static async Task Within(this Task task, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(Default)) != task)
        {
            throw new TimeoutException($"Within {Default.TotalSeconds:0} s this did not happen: {what}");
        }

        await task;
    }

    /// <summary>Waits for <paramref name="task"/>'s value; past the deadline fails, saying that <paramref name="what"/> did not happen.</summary>
    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        await ((Task)task).Within(what);
        return await task;
    }

    /// <summary>Looks at <paramref name="condition"/> until it holds; past the deadline fails, saying what did not become true.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Default)
            {
                throw new TimeoutException($"Within {Default.TotalSeconds:0} s this did not become true: {what()}");
            }

            await Task.Delay(1);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{bool}, Func{string})"/>
    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(condition, () => what);
}
