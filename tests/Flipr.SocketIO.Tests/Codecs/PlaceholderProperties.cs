using System.Text;
using System.Text.Json;
using CsCheck;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>Placeholders are found in one pass: the same as by looking at each object on its own, however deep they nest.</summary>
public class PlaceholderProperties
{
    private static readonly Gen<string> Value = Gens.Any(
        "true", "false", "null", "0", "1", "-1", "2.0", "1e0", "\"0\"", "5000000000", "[]", "{}", "[true]", "{\"_placeholder\":true,\"num\":0}", "{\"num\":1,\"_placeholder\":true}");

    private static readonly Gen<string> Key = Gens.Any("_placeholder", "num", "\\u005fplaceholder", "n\\u0075m", "a", "_placeholder2", "\\ud800num", "num\\ud800", "_\\udc00placeholder", "");

    [Fact]
    public void A_payload_is_judged_as_if_each_object_were_read_on_its_own() => Gen.Select(Json(4).Array[0, 3], Gen.Int[1, 3], Gen.Int[1, 3]).Sample(static (arguments, attachments, most) =>
    {
        string json = $"[\"e\"{string.Concat(arguments.Select(static argument => "," + argument))}]";

        Assert.Equal(IsLegal(json, attachments, most), EventPayload.Validate(Encoding.UTF8.GetBytes(json), 64, attachments, most, isEvent: true) is null);
    });

    /// <summary>Reading each object to its end where it begins would read the innermost as often as there are objects around it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Each_token_is_read_once_however_deep(int depth)
    {
        string filler = string.Concat(Enumerable.Repeat("{\"a\":1},", 1000)) + "{}";
        string json = $"[\"e\",{string.Concat(Enumerable.Repeat("{\"a\":", depth))}[{filler}]{new string('}', depth)}]";
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        var scanner = new PlaceholderScanner(bytes, maxDepth: 64);
        var plain = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 64 });
        int tokens = 0;
        while (plain.Read())
        {
            tokens++;
        }

        int read = 0;
        while (scanner.Read())
        {
            read++;
        }

        scanner.Dispose();
        Assert.Equal(tokens, read);
    }

    private static Gen<string> Json(int depth) => depth == 0
        ? Value
        : Gen.OneOf(
            Value,
            Json(depth - 1).Array[0, 3].Select(static items => $"[{string.Join(',', items)}]"),
            Gen.Select(Key, Json(depth - 1)).Array[0, 4].Select(static members => $"{{{string.Join(',', members.Select(static member => $"\"{member.Item1}\":{member.Item2}"))}}}"));

    // The rule in its simplest form: of members with the same name the last one counts.
    private static bool IsLegal(string json, int attachments, int most)
    {
        List<int?> found = [];
        Visit(JsonElement.Parse(json));
        return found.Count <= most && found.All(number => number >= 0 && number < attachments);

        void Visit(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Visit(item);
                }
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                bool isPlaceholder = false;
                int? number = null;
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    string name = NameOf(property);
                    if (name == "_placeholder")
                    {
                        isPlaceholder = property.Value.ValueKind == JsonValueKind.True;
                    }
                    else if (name == "num")
                    {
                        number = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out int value) ? value : null;
                    }

                    Visit(property.Value);
                }

                if (isPlaceholder)
                {
                    found.Add(number);
                }
            }
        }

        static string NameOf(JsonProperty property)
        {
            try
            {
                return property.Name;
            }
            catch (InvalidOperationException)
            {
                return "half a character";
            }
        }
    }
}
