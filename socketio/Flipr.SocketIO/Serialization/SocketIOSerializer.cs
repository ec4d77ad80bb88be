using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>The server's own <see cref="JsonSerializerOptions"/>: the application's, and the converters that turn binary values into attachments.</summary>
internal sealed class SocketIOSerializer
{
    public SocketIOSerializer(SocketIOOptions options, int maxNamespaceLength)
    {
        Options = new JsonSerializerOptions(options.Json) { MaxDepth = options.MaxJsonDepth };
        MaxDepth = options.MaxJsonDepth;
        MaxNamespaceLength = maxNamespaceLength;
        Options.Converters.Add(new ByteArrayAttachmentConverter());
        Options.Converters.Add(new MemoryAttachmentConverter());
        Options.Converters.Add(new ReadOnlyMemoryAttachmentConverter());
        Options.Converters.Add(new JsonDataConverter());
        Options.Converters.Add(new JsonElementConverter());
        Options.TypeInfoResolver = JsonTypeInfoResolver.Combine([.. options.Json.TypeInfoResolverChain, BuiltInTypesContext.Default, .. ReflectionResolver()]);
        Options.MakeReadOnly();
        WriterOptions = new JsonWriterOptions { Encoder = Options.Encoder, SkipValidation = true };
    }

    public JsonSerializerOptions Options { get; }

    public JsonWriterOptions WriterOptions { get; }

    /// <summary>How deep received JSON may nest.</summary>
    public int MaxDepth { get; }

    /// <summary>Length in bytes of the longest namespace name.</summary>
    public int MaxNamespaceLength { get; }

    // As ASP.NET Core's own JsonOptions: trimmed and AOT applications switch reflection off and bring their contexts.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only reached where reflection is enabled, which trimmed and AOT applications disable.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only reached where reflection is enabled, which trimmed and AOT applications disable.")]
    private static IEnumerable<IJsonTypeInfoResolver> ReflectionResolver() =>
        JsonSerializer.IsReflectionEnabledByDefault ? [new DefaultJsonTypeInfoResolver()] : [];
}
