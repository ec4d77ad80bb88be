using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Reads an event's arguments, each straight into the type that a handler asks for.</summary>
internal ref struct ArgumentReader(Utf8JsonReader reader, JsonSerializerOptions options, Ack ack, Socket? socket = null)
{
    private Utf8JsonReader _reader = reader;

    /// <summary>The argument that was read last, counted from 1 as the client sent them.</summary>
    public int Position { get; private set; }

    /// <summary>What is being read; <see langword="null"/> when nothing is, so that an exception is not the argument's fault.</summary>
    public Type? Expected { get; private set; }

    /// <summary>The next argument; what the client did not send is the type's default. An array of <see cref="JsonData"/> takes all that are left. An <see cref="Ack"/> takes none, nor does a <see cref="CancellationToken"/>: it is the socket's <see cref="Socket.Disconnected"/>.</summary>
    /// <exception cref="JsonException">The argument is not of that type.</exception>
    public T Read<T>()
    {
        if (typeof(T) == typeof(Ack))
        {
            return (T)(object)ack;
        }

        if (typeof(T) == typeof(CancellationToken))
        {
            return (T)(object)(socket?.Disconnected ?? default);
        }

        if (typeof(T) == typeof(JsonData[]))
        {
            return (T)(object)ReadRest();
        }

        if (_reader.TokenType == JsonTokenType.EndArray)
        {
            return default!;
        }

        Position++;
        Expected = typeof(T);
        OriginalText.StartAt(_reader.TokenStartIndex);
        T? value = JsonSerializer.Deserialize(ref _reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        _reader.Read();
        Expected = null;
        return value!;
    }

    private JsonData[] ReadRest()
    {
        var rest = new List<JsonData>();
        while (_reader.TokenType != JsonTokenType.EndArray)
        {
            rest.Add(Read<JsonData>());
        }

        return [.. rest];
    }
}
