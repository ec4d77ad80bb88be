using System.Text.Json.Serialization;

namespace Flipr.ServiceDefaults;

/// <summary>The JSON that the page is told, known at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PageSettings))]
internal sealed partial class PageSettingsContext : JsonSerializerContext;
