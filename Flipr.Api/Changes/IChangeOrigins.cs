using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>
/// Which request made a change, for tracing: the writer leaves the request's <c>traceparent</c> beside the log, and each instance's feed finds it there. Of
/// requests that are not traced nothing is written, and where nobody traces nothing is read.
/// </summary>
internal interface IChangeOrigins
{
    /// <summary>Reads the origins of the changes behind one position, up to another.</summary>
    /// <returns>The <c>traceparent</c> by the change's position, where there is one.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    Task<IReadOnlyDictionary<long, string>> ReadAsync(long after, long upTo, CancellationToken cancellationToken);
}
