using System.Runtime.InteropServices;
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
    private readonly JsonElement _json;
    private readonly byte[]? _text;
    private readonly JsonSerializerOptions? _options;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>>? _attachments;

    /// <summary>Wraps JSON that has no attachments.</summary>
    /// <param name="json">The value.</param>
    public JsonData(JsonElement json) => _json = json;

    internal JsonData(JsonElement json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, JsonSerializerOptions options)
    {
        _json = json;
        _attachments = attachments;
        _options = options;
    }

    /// <summary>Keeps valid JSON as bytes: a tenth of what a parsed value may take.</summary>
    internal JsonData(byte[] text, JsonSerializerOptions options)
    {
        _text = text;
        _options = options;
    }

    /// <summary>
    /// The value, as it came; an attachment stands in it as <c>{"_placeholder":true,"num":n}</c>. <see cref="JsonValueKind.Undefined"/>
    /// when nothing was sent. Of half a character (<c>\ud83d</c>, as JavaScript leaves it where it cuts an emoji)
    /// <see cref="JsonElement.GetString"/> throws; <see cref="Deserialize{T}"/> reads U+FFFD in its place.
    /// </summary>
    public JsonElement Json => _text is null ? _json : Parse(_text);

    /// <summary>The attachments of the packet, by the <c>num</c> of their placeholders.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments => _attachments ?? [];

    /// <summary>Whether nothing was sent.</summary>
    internal bool IsUndefined => _text is null && _json.ValueKind == JsonValueKind.Undefined;

    /// <summary>The JSON text, unless <see cref="IsUndefined"/>.</summary>
    internal ReadOnlySpan<byte> Text => _text ?? JsonMarshal.GetRawUtf8Value(_json);

    /// <summary>
    /// Reads the value as <typeparamref name="T"/>, as a handler's arguments are read: what was not sent is the type's default;
    /// <c>byte[]</c> and <c>ReadOnlyMemory&lt;byte&gt;</c> in it take the attachments.
    /// </summary>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <exception cref="JsonException">The value is not of that form. In middleware it refuses the client, in a handler it is logged as an argument of another type is.</exception>
    /// <exception cref="InvalidOperationException">The value was wrapped by the application and did not come from a client: read <see cref="Json"/>.</exception>
    /// <example><code>string? token = socket.Handshake.Auth.Deserialize&lt;Credentials&gt;()?.Token;</code></example>
    public T? Deserialize<T>()
    {
        try
        {
            return Read<T>();
        }
        catch (JsonException exception)
        {
            throw new UnreadableDataException(exception);
        }
    }

    /// <summary>Reads the value as <see cref="Deserialize{T}"/> does, and says whether it is of that form.</summary>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <param name="value">The value; the type's default if nothing was sent, or something else.</param>
    /// <returns>Whether the value is of that form; that nothing was sent is no other form.</returns>
    /// <exception cref="InvalidOperationException">The value was wrapped by the application and did not come from a client: read <see cref="Json"/>.</exception>
    /// <example><code>if (socket.Handshake.Auth.TryDeserialize(out Credentials? credentials)) ...</code></example>
    public bool TryDeserialize<T>(out T? value)
    {
        try
        {
            value = Read<T>();
            return true;
        }
        catch (JsonException)
        {
            value = default;
            return false;
        }
    }

    /// <summary>The JSON text, as it came.</summary>
    public override string ToString() => IsUndefined ? "" : System.Text.Encoding.UTF8.GetString(Text);

    private T? Read<T>()
    {
        if (IsUndefined)
        {
            return default;
        }

        if (_options is null)
        {
            throw new InvalidOperationException("The value did not come from a client: read its Json.");
        }

        ReadOnlySpan<byte> text = Text;
        byte[]? repaired = JsonText.Repair(text);
        IReadOnlyList<ReadOnlyMemory<byte>> outer = AttachmentScope.Received;
        OriginalText.Scope outerText = OriginalText.Enter(repaired is null ? null : text.ToArray());
        AttachmentScope.Received = Attachments;
        try
        {
            return JsonSerializer.Deserialize(repaired ?? text, (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));
        }
        finally
        {
            AttachmentScope.Received = outer;
            outerText.Dispose();
        }
    }

    // Validated when it came, within the depth that is allowed.
    private static JsonElement Parse(byte[] text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = int.MaxValue });
        return JsonElement.ParseValue(ref reader);
    }
}
