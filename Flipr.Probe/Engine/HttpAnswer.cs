using System.Text.Json;

namespace Flipr.Probe.Engine;

/// <summary>What came back for a request, whatever it was.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public bool IsHtml => Header("Content-Type")?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true && Body.TrimStart().StartsWith('<');

    public bool IsRedirect => Status is 301 or 302 or 303 or 307 or 308 && Header("Location") is not null;

    /// <summary>Engine.IO's own refusal, <c>{"code":n,"message":"..."}</c>; null where it is none.</summary>
    public (int Code, string Message)? EngineError
    {
        get
        {
            if (!Body.StartsWith('{'))
            {
                return null;
            }

            try
            {
                using var error = JsonDocument.Parse(Body);
                return error.RootElement.TryGetProperty("code", out JsonElement code) && code.TryGetInt32(out int number)
                    ? (number, error.RootElement.TryGetProperty("message", out JsonElement message) ? message.ToString() : "")
                    : null;
            }
            catch (JsonException)
            {
                return null; // Somebody else's braces.
            }
        }
    }
}
