using System.Globalization;
using System.Text.RegularExpressions;

namespace Flipr.Api.Listings;

/// <summary>Reads the moments that collectors send: Unix seconds, Unix milliseconds, ISO 8601.</summary>
internal static partial class ListingTimestamp
{
    /// <summary>Above this a number is milliseconds: as seconds it would be the year 5138.</summary>
    private const double MillisecondsFrom = 1e11;

    /// <summary>Unix seconds, rounded down; null when the moment does not fit the column's 32 bits (1901 to 2038).</summary>
    public static int? FromNumber(double value) =>
        FromSeconds(Math.Floor(Math.Abs(value) > MillisecondsFrom ? value / 1000 : value));

    /// <summary>Unix seconds of an ISO 8601 date, or date and time; without an offset it is UTC. Null when it is neither.</summary>
    public static int? FromIso8601(string text)
    {
        Match match = Iso8601().Match(text.Trim());
        if (!match.Success)
        {
            return null;
        }

        // The fraction of a second is left out: the result is whole seconds, and senders write up to nine digits of it.
        string time = match.Groups["time"] is { Success: true } hours ? hours.Value : "00:00";
        string seconds = match.Groups["seconds"] is { Success: true } some ? some.Value : "00";
        if (!DateTime.TryParseExact(
                $"{match.Groups["date"].Value} {time}:{seconds}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime utc))
        {
            return null;
        }

        int offsetMinutes = 0;
        if (match.Groups["sign"].Success)
        {
            int offsetHours = int.Parse(match.Groups["offsetHours"].ValueSpan, CultureInfo.InvariantCulture);
            int minutes = match.Groups["offsetMinutes"].Success ? int.Parse(match.Groups["offsetMinutes"].ValueSpan, CultureInfo.InvariantCulture) : 0;
            if (offsetHours > 18 || minutes > 59)
            {
                return null;
            }

            offsetMinutes = (match.Groups["sign"].Value == "-" ? -1 : 1) * ((offsetHours * 60) + minutes);
        }

        return FromSeconds(new DateTimeOffset(utc).ToUnixTimeSeconds() - (offsetMinutes * 60));
    }

    private static int? FromSeconds(double seconds) => seconds is >= int.MinValue and <= int.MaxValue ? (int)seconds : null;

    [GeneratedRegex(
        @"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})([Tt ](?<time>[0-9]{2}:[0-9]{2})(:(?<seconds>[0-9]{2})([.,][0-9]+)?)?[ ]?([Zz]|(?<sign>[+-])(?<offsetHours>[0-9]{2})(:?(?<offsetMinutes>[0-9]{2}))?)?)?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Iso8601();
}
