using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Flipr.Api.Frontend;

/// <summary>One file of the built page, with what the build compressed it to.</summary>
/// <param name="path">The file.</param>
/// <param name="contentType">Its type.</param>
internal sealed class PageFile(string path, string contentType)
{
    /// <summary>What the build compresses with, the smaller first, and the ending that it gives.</summary>
    private static readonly (string Coding, string Ending)[] Codings = [("br", ".br"), ("gzip", ".gz")];

    private readonly PhysicalFileHttpResult _plain = TypedResults.PhysicalFile(path, contentType);
    private readonly (string Coding, PhysicalFileHttpResult File)[] _compressed =
        [.. Codings.Where(coding => File.Exists(path + coding.Ending)).Select(coding => (coding.Coding, TypedResults.PhysicalFile(path + coding.Ending, contentType)))];

    /// <summary>Whether a file is the compressed form of another one.</summary>
    public static bool IsCompressed(string path) =>
        Codings.Any(coding => path.EndsWith(coding.Ending, StringComparison.Ordinal) && File.Exists(path[..^coding.Ending.Length]));

    /// <summary>Answers with the smallest form that the client takes.</summary>
    public Task ExecuteAsync(HttpContext context)
    {
        if (_compressed.Length == 0)
        {
            return _plain.ExecuteAsync(context);
        }

        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        IList<StringWithQualityHeaderValue> accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        foreach ((string coding, PhysicalFileHttpResult file) in _compressed)
        {
            if (Takes(accepted, coding))
            {
                context.Response.Headers.ContentEncoding = coding;
                return file.ExecuteAsync(context);
            }
        }

        return _plain.ExecuteAsync(context);
    }

    // "*" stands for those that are not named; a quality of 0 refuses.
    private static bool Takes(IList<StringWithQualityHeaderValue> accepted, string coding) =>
        (accepted.FirstOrDefault(value => value.Value.Equals(coding, StringComparison.OrdinalIgnoreCase)) ?? accepted.FirstOrDefault(value => value.Value == "*"))
            is { } named && named.Quality is not 0;
}
