using System.Globalization;
using System.Text;

namespace Flipr.SocketIO.Fuzz;

/// <summary>JSON as clients send it, and as they do not.</summary>
internal static class Grammar
{
    private static readonly string[] Strings =
    [
        "", "a", "message", "id", "name", "num", "_placeholder", "connect", "disconnecting", "new\\u0020event", "\\ud83d\\ude00", "\\ud800", "\\udc00x", "\\u0000",
        "\\n\\t\\\"\\\\\\/", "ä", "€", "😀", "𝄞", "AQID", "AQI=", "not base64", "2024-02-30T00:00:00Z", "c0a1e0f2-0000-4000-8000-000000000000", "\\u005fplaceholder",
    ];

    private static readonly string[] Numbers =
        ["0", "-0", "1", "-1", "7", "1.0", "0.5", "1e3", "1E400", "-1e-400", "2147483648", "9223372036854775808", "18446744073709551616", "12345678901234567890123456789", "01", "+1", "1.", ".5", "-"];

    public static string Text(Random random) => Strings[random.Next(Strings.Length)];

    public static string Number(Random random) =>
        random.Next(2) == 0 ? Numbers[random.Next(Numbers.Length)] : random.Next(-5, 20).ToString(CultureInfo.InvariantCulture);

    public static void Json(Random random, StringBuilder text, int depth)
    {
        switch (random.Next(depth > 0 ? 11 : 6))
        {
            case 0:
                text.Append('"').Append(Text(random)).Append('"');
                break;
            case 1:
                text.Append(Number(random));
                break;
            case 2:
                text.Append("true");
                break;
            case 3:
                text.Append(random.Next(2) == 0 ? "false" : "null");
                break;
            case 4 or 5:
                Placeholder(random, text, depth);
                break;
            case 6 or 7:
                Members(random, text, depth, '[', ']');
                break;
            case 8 or 9:
                Members(random, text, depth, '{', '}');
                break;
            default:
                // Deep, around the limit.
                int levels = random.Next(1, 70);
                text.Append(random.Next(2) == 0 ? new string('[', levels) + new string(']', levels) : Repeat("{\"a\":", levels) + "1" + new string('}', levels));
                break;
        }
    }

    private static void Members(Random random, StringBuilder text, int depth, char open, char close)
    {
        text.Append(open);
        for (int i = random.Next(4); i > 0; i--)
        {
            if (open == '{')
            {
                text.Append('"').Append(Text(random)).Append("\":");
            }

            Json(random, text, depth - 1);
            text.Append(i > 1 ? "," : "");
        }

        text.Append(random.Next(50) == 0 ? "," : "").Append(close);
    }

    private static void Placeholder(Random random, StringBuilder text, int depth)
    {
        text.Append(random.Next(8) switch
        {
            0 => """{"num":0,"_placeholder":true}""",
            1 => """{"\u005fplaceholder":true,"num":0}""",
            2 => """{"_placeholder":true}""",
            3 => """{"_placeholder":false,"num":0}""",
            4 => """{"_placeholder":true,"num":0,"num":1}""",
            _ => $$"""{"_placeholder":true,"num":{{random.Next(-1, 4)}}}""",
        });
        if (depth > 0 && random.Next(10) == 0)
        {
            text.Length--;
            text.Append(",\"inner\":");
            Json(random, text, depth - 1);
            text.Append('}');
        }
    }

    private static string Repeat(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();
}
