using System.Buffers;
using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>Reads JSON once, token by token, and says of each object that ends whether it was a placeholder: however deep they nest, nothing is read twice.</summary>
internal ref struct PlaceholderScanner
{
    private Utf8JsonReader _reader;
    private Level[] _levels = ArrayPool<Level>.Shared.Rent(64);
    private int _depth;

    /// <param name="json">One JSON value.</param>
    /// <param name="maxDepth">How deep it may nest.</param>
    public PlaceholderScanner(ReadOnlySpan<byte> json, int maxDepth) => _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });

    private enum Member : byte
    {
        Other,
        Mark,
        Number,
    }

    /// <summary>The token that was read last.</summary>
    public readonly JsonTokenType TokenType => _reader.TokenType;

    /// <inheritdoc cref="Utf8JsonReader.CurrentDepth"/>
    public readonly int CurrentDepth => _reader.CurrentDepth;

    /// <summary>Whether the token that was read last ends a placeholder.</summary>
    public bool IsPlaceholder { get; private set; }

    /// <summary>The placeholder's attachment; -1 if it names none.</summary>
    public int Number { get; private set; }

    /// <summary>Where the placeholder stands in the JSON.</summary>
    public Range Position { get; private set; }

    /// <summary>Reads the next token.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="JsonException">The JSON is broken, or nests too deep.</exception>
    public bool Read()
    {
        if (!_reader.Read())
        {
            return false;
        }

        IsPlaceholder = false;
        switch (_reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _levels[_depth - 1].Current =
                    JsonText.IsEqual(ref _reader, Placeholder.Mark) ? Member.Mark : JsonText.IsEqual(ref _reader, Placeholder.Num) ? Member.Number : Member.Other;
                break;
            case JsonTokenType.EndObject:
                ref Level ended = ref _levels[--_depth];
                IsPlaceholder = ended.IsMarked;
                Number = ended.Number;
                Position = ended.Start..(int)_reader.BytesConsumed;
                break;
            case JsonTokenType.EndArray:
                _depth--;
                break;
            default:
                OnValue();
                break;
        }

        return true;
    }

    /// <summary>Gives back what was rented.</summary>
    public void Dispose()
    {
        ArrayPool<Level>.Shared.Return(_levels);
        _levels = [];
    }

    private void OnValue()
    {
        if (_depth > 0)
        {
            // Of members with the same name the last one counts, as for whoever reads the object.
            ref Level around = ref _levels[_depth - 1];
            switch (around.Current)
            {
                case Member.Mark:
                    around.IsMarked = _reader.TokenType == JsonTokenType.True;
                    break;
                case Member.Number:
                    around.Number = _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out int number) ? number : -1;
                    break;
            }

            around.Current = Member.Other;
        }

        if (_reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            if (_depth == _levels.Length)
            {
                Level[] larger = ArrayPool<Level>.Shared.Rent(2 * _depth);
                _levels.CopyTo(larger, 0);
                ArrayPool<Level>.Shared.Return(_levels);
                _levels = larger;
            }

            _levels[_depth++] = new Level { Start = (int)_reader.TokenStartIndex, Number = -1 };
        }
    }

    private struct Level
    {
        public int Start;
        public int Number;
        public bool IsMarked;
        public Member Current;
    }
}
