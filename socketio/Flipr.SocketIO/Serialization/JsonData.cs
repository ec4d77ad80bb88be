using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>
/// A JSON value as it arrived, together with the binary attachments it refers to. Take it as a handler's argument where
/// anything may come; emitted again, it is the same value, attachments included.
/// </summary>
public readonly struct JsonData
{
    private readonly JsonSerializerOptions? _options;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>>? _attachments;

    /// <summary>Wraps JSON that has no attachments.</summary>
    /// <param name="json">The value.</param>
    public JsonData(JsonElement json) => Json = json;

    internal JsonData(JsonElement json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, JsonSerializerOptions options)
    {
        Json = json;
        _attachments = attachments;
        _options = options;
    }

    /// <summary>The value; an attachment stands in it as <c>{"_placeholder":true,"num":n}</c>. <see cref="JsonValueKind.Undefined"/> when nothing was sent.</summary>
    public JsonElement Json { get; }

    /// <summary>The attachments of the packet, by the <c>num</c> of their placeholders.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments => _attachments ?? [];

    /// <summary>
    /// Reads the value as <typeparamref name="T"/>, as a handler's arguments are read: what was not sent is the type's default;
    /// <c>byte[]</c> and <c>ReadOnlyMemory&lt;byte&gt;</c> in it take the attachments.
    /// </summary>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <exception cref="JsonException">The value is not of that form.</exception>
    /// <exception cref="InvalidOperationException">The value was wrapped by the application and did not come from a client: read <see cref="Json"/>.</exception>
    /// <example><code>string? token = socket.Handshake.Auth.Deserialize&lt;Credentials&gt;()?.Token;</code></example>
    public T? Deserialize<T>()
    {
        if (Json.ValueKind == JsonValueKind.Undefined)
        {
            return default;
        }

        if (_options is null)
        {
            throw new InvalidOperationException("The value did not come from a client: read its Json.");
        }

        IReadOnlyList<ReadOnlyMemory<byte>> outer = AttachmentScope.Received;
        AttachmentScope.Received = Attachments;
        try
        {
            return Json.Deserialize((JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));
        }
        finally
        {
            AttachmentScope.Received = outer;
        }
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() => Json.ValueKind == JsonValueKind.Undefined ? "" : Json.GetRawText();
}
