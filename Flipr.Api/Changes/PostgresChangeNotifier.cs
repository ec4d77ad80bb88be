using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>
/// Says which of this backend's own commits notify the other instances. What is committed soon after one that did is found all the same:
/// who has found something looks again soon (see <see cref="ChangeFeed"/>).
/// </summary>
internal sealed class PostgresChangeNotifier(TimeProvider time)
{
    /// <summary>The statement that makes a commit notify.</summary>
    public const string Sql = $"NOTIFY {PostgresChangeLogSchema.Channel}";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly Lock _deciding = new();
    private long? _last;

    /// <summary>Whether the commit that is about to be made is to notify.</summary>
    public bool IsDue()
    {
        lock (_deciding)
        {
            if (_last is { } last && time.GetElapsedTime(last) < Interval)
            {
                return false;
            }

            _last = time.GetTimestamp();
            return true;
        }
    }
}
