using System.IO.Compression;
using System.Net;

namespace Flipr.EndToEnd.Tests.Published;

/// <summary>The page that one publish brings along, compressed before anybody asks for it.</summary>
public sealed class PublishedPageTests : IClassFixture<PublishedApi>
{
    private readonly PublishedApi _published;

    public PublishedPageTests(PublishedApi published)
    {
        PublishedApi.Require();
        _published = published;
    }

    [Fact]
    public async Task Only_the_program_its_page_and_sqlite_are_published()
    {
        string folder = Path.GetDirectoryName(await PublishedProgram.PathAsync())!;

        Assert.Equal(["Flipr.Api", "frontend", "libe_sqlite3.so"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("*", "br")]
    [InlineData("identity", null)]
    [InlineData("br;q=0, *;q=0", null)]
    [InlineData("", null)]
    public async Task Every_file_comes_in_the_smallest_form_that_the_client_takes(string accepted, string? coding)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = _published.Api.Address };
        foreach (string path in (string[])["/", .. await AssetsAsync()])
        {
            byte[] plain = await http.GetByteArrayAsync(path, TestContext.Current.CancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
            using HttpResponseMessage answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(coding is null ? [] : [coding], answer.Content.Headers.ContentEncoding);
            Assert.Contains("Accept-Encoding", answer.Headers.Vary);
            byte[] body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.Equal(plain, Decompress(body, coding));
            Assert.True(coding is null || body.Length < plain.Length, $"{path} does not gain by {coding}: {body.Length} of {plain.Length} bytes");
        }
    }

    [Fact]
    public async Task A_compressed_form_has_no_path_of_its_own()
    {
        foreach (string path in (string[])["/index.html.br", "/index.html.gz", $"{(await AssetsAsync())[0]}.br"])
        {
            using HttpResponseMessage answer = await _published.Api.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    private static async Task<string[]> AssetsAsync()
    {
        string assets = Path.Combine(Path.GetDirectoryName(await PublishedProgram.PathAsync())!, "frontend", "assets");
        return [.. Directory.EnumerateFiles(assets).Where(file => Path.GetExtension(file) is ".js" or ".css" or ".json").Select(file => $"/assets/{Path.GetFileName(file)}")];
    }

    private static byte[] Decompress(byte[] body, string? coding)
    {
        using var source = new MemoryStream(body);
        using Stream stream = coding switch
        {
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            _ => source,
        };
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
