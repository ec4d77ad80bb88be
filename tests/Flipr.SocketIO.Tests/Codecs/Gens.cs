using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;

namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>What the properties are tried with.</summary>
internal static class Gens
{
    // Whole characters of every plane, those that JSON escapes among them.
    public static readonly Gen<string> Text = Gen.OneOf(
            Gen.Char['\0', '\x7f'].Select(static character => character.ToString()),
            Any("\"", "\\", "/", "\n", "\u2028", "<", "+", "\u0085", "\ufeff", "\uffff", "😀", "\U0010ffff", "𝄞"),
            Gen.Int[0x80, 0xd7ff].Select(char.ConvertFromUtf32),
            Gen.Int[0xe000, 0x10ffff].Select(char.ConvertFromUtf32))
        .Array[0, 12].Select(string.Concat);

    public static readonly Gen<string> EventName = Text.Where(static name => !Protocol.ReservedEvents.Contains(name));

    // Without what a name cannot have: it ends it on the wire.
    public static readonly Gen<string> Namespace =
        Gen.OneOf(Gen.Const(""), Text.Select(static text => "/x" + string.Concat(text.Where(static character => character is not (',' or '\x1e')))));

    public static readonly Gen<ulong?> AckId = Gen.OneOf(
        Gen.Const((ulong?)null), Any<ulong?>(0, 1, 9, 10, ulong.MaxValue), Gen.ULong.Select(static id => (ulong?)id));

    public static readonly Gen<byte[]> Bytes = Gen.OneOf(
        Gen.Byte.Array[0, 20], Any(125, 126, 127, 65_535, 65_536).Select(static length => new byte[length]));

    /// <summary>One of the values.</summary>
    public static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>A JSON value without binary data.</summary>
    public static Gen<JsonNode?> Json(int depth) => depth == 0
        ? Gen.OneOf(
            Text.Select(static text => (JsonNode?)JsonValue.Create(text)),
            Gen.Double.Where(double.IsFinite).Select(static number => JsonNode.Parse(number.ToString("R", CultureInfo.InvariantCulture))),
            Gen.Long.Select(static number => (JsonNode?)JsonValue.Create(number)),
            Gen.Bool.Select(static value => (JsonNode?)JsonValue.Create(value)),
            Gen.Const((JsonNode?)null))
        : Gen.OneOf(
            Json(0),
            Json(depth - 1).Array[0, 3].Select(static items => (JsonNode?)new JsonArray([.. items.Select(Copy)])),
            Gen.Select(Text, Json(depth - 1)).Array[0, 3].Select(static members => (JsonNode?)new JsonObject(
                members.DistinctBy(static member => member.Item1).Select(static member => KeyValuePair.Create(member.Item1, Copy(member.Item2))))));

    /// <summary>A value with binary data anywhere in it.</summary>
    public static Gen<Tree> Tree(int depth) => depth == 0
        ? Gen.OneOf(Text.Select(static text => new Tree { Text = text }), Bytes.Select(static bytes => new Tree { Bytes = bytes }))
        : Gen.OneOf(
            Tree(0),
            Gen.Select(Text, Bytes, Tree(depth - 1).Array[0, 2], Gen.Select(Text, Tree(depth - 1)).Array[0, 2]).Select(static (text, bytes, children, named) => new Tree
            {
                Text = text,
                Bytes = bytes,
                Children = children,
                Named = named.DistinctBy(static member => member.Item1).ToDictionary(static member => member.Item1, static member => member.Item2),
            }));

    // A node has one parent.
    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();
}
