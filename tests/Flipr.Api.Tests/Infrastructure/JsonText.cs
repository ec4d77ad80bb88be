using System.Text.Json;
using System.Text.RegularExpressions;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>JSON as text, for comparisons.</summary>
internal static partial class JsonText
{
    /// <summary>The element's text with every cursor, which differs from run to run, as <c>*</c>.</summary>
    public static string Of(JsonElement element) => Cursor().Replace(element.GetRawText(), "\"cursor\":\"*\"");

    [GeneratedRegex("\"cursor\":\"[0-9a-f]{12}-[0-9]+\"")]
    private static partial Regex Cursor();
}
