using System.Text.RegularExpressions;

namespace Flipr.SocketIO.Tests.Readme;

/// <summary>The C# in the library's README compiles: it is the text of <see cref="ReadmeSamples"/>, which does.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void Every_block_of_CSharp_in_the_README_is_compiled_by_these_tests()
    {
        string[] blocks = [.. CodeBlock().Matches(Read("README.md")).Select(static match => Normalise(Using().Replace(match.Groups["code"].Value, "")))];
        string[] samples = [.. Sample().Matches(Read("ReadmeSamples.cs")).Select(static match => Normalise(match.Groups["code"].Value))];

        Assert.NotEmpty(blocks);
        Assert.Equal(blocks, samples);
    }

    [Fact]
    public void The_chat_has_ten_lines()
    {
        string chat = CodeBlock().Match(Read("README.md")).Groups["code"].Value;

        Assert.InRange(chat.Split('\n').Count(static line => line.Trim().Length > 0), 1, 10);
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Readme", name)).ReplaceLineEndings("\n");

    // The samples stand deeper than the README's text.
    private static string Normalise(string code) => string.Join('\n', code.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0));

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"// README: \d+\n(?<code>.*?)// end", RegexOptions.Singleline)]
    private static partial Regex Sample();

    // A using stands at the top of a file, not within a method.
    [GeneratedRegex("^using .*;\n", RegexOptions.Multiline)]
    private static partial Regex Using();
}
