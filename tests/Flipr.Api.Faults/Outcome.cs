namespace Flipr.Api.Faults;

/// <summary>What came of one run, or of several together.</summary>
/// <param name="Accepted">Changes that were answered 200.</param>
/// <param name="Refused">Attempts that were not, and were repeated.</param>
/// <param name="Logged">Changes in the log: those accepted, those by hand, and those whose answer was lost.</param>
/// <param name="Delivered">Changes taken by clients, in all.</param>
/// <param name="Lost">Changes that a client did not hear of; an accepted one that is not in the log counts for every client.</param>
/// <param name="Duplicated">Changes that a client took more than once.</param>
/// <param name="OutOfOrder">Changes that a client took after a later one.</param>
/// <param name="Twice">Changes that came to a client a second time on one connection, whatever it made of them.</param>
/// <param name="Problem">What else is wrong; null when nothing is.</param>
internal sealed record Outcome(long Accepted, long Refused, long Logged, long Delivered, long Lost, long Duplicated, long OutOfOrder, long Twice, string? Problem)
{
    public bool IsGood => Lost == 0 && Duplicated == 0 && OutOfOrder == 0 && Twice == 0 && Problem is null;

    public static Outcome operator +(Outcome a, Outcome b) => new(
        a.Accepted + b.Accepted, a.Refused + b.Refused, a.Logged + b.Logged, a.Delivered + b.Delivered, a.Lost + b.Lost, a.Duplicated + b.Duplicated,
        a.OutOfOrder + b.OutOfOrder, a.Twice + b.Twice, a.Problem ?? b.Problem);
}
