using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Flipr.SocketIO;

/// <summary>Reads an event's arguments, each straight into the type that a handler asks for.</summary>
internal ref struct ArgumentReader(Utf8JsonReader reader, JsonSerializerOptions options, Ack ack)
{
    private Utf8JsonReader _reader = reader;

    /// <summary>The next argument; what the client did not send is the type's default. An <see cref="Ack"/> takes none.</summary>
    /// <exception cref="JsonException">The argument is not of that type.</exception>
    public T Read<T>()
    {
        if (typeof(T) == typeof(Ack))
        {
            return (T)(object)ack;
        }

        if (_reader.TokenType == JsonTokenType.EndArray)
        {
            return default!;
        }

        T? value = JsonSerializer.Deserialize(ref _reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        _reader.Read();
        return value!;
    }
}
