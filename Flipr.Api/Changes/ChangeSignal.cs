using System.Threading.Channels;

namespace Flipr.Api.Changes;

/// <summary>Says that there may be something new in the log. Any number of signals before somebody waits are one.</summary>
internal sealed class ChangeSignal(TimeProvider time)
{
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private long _first;

    public void Set()
    {
        Interlocked.CompareExchange(ref _first, time.GetTimestamp(), 0);
        _signals.Writer.TryWrite(true);
    }

    /// <summary>When the first signal came since this was last asked; null if none did.</summary>
    public long? TakeFirst() => Interlocked.Exchange(ref _first, 0) is var first and not 0 ? first : null;

    /// <summary>Waits for a signal, at most so long.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _signals.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look all the same.
        }
    }
}
