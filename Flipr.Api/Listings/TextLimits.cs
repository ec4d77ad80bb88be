namespace Flipr.Api.Listings;

/// <summary>How long the texts may be that pages show of a listing, in characters (UTF-16, as browsers count): an endless one would freeze every page that shows it.</summary>
internal static class TextLimits
{
    /// <summary>An address in one line.</summary>
    public const int Address = 1_000;

    public const int DealRating = 200;

    public const int AiEvaluationReasoning = 20_000;

    /// <summary>The text, when it is not too long.</summary>
    /// <param name="name">What the message calls it.</param>
    /// <param name="text">The posted text.</param>
    /// <param name="limit">How many characters are taken.</param>
    /// <exception cref="InvalidInputException">It is longer.</exception>
    public static string Check(string name, string text, int limit) =>
        text.Length <= limit
            ? text
            : throw new InvalidInputException($"{name} is {text.Length} characters long, and at most {limit} are taken. Send a shorter one.");

    /// <summary>The text, ended with an ellipsis where it is too long: for rows that are stored already.</summary>
    public static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
        {
            return text;
        }

        int kept = limit - 1;
        return $"{text.AsSpan(0, char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept)}…";
    }
}
