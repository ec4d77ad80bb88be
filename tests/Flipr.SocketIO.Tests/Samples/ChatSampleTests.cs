using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Samples;

/// <summary>The chat in <c>socketio/samples/Chat</c>: it is the README's, it starts, and what one says the other hears.</summary>
public sealed partial class ChatSampleTests : IAsyncLifetime
{
    private const string Project = "Flipr.SocketIO.Samples.Chat";

    private static readonly string Folder = Path.Combine(FindRoot(), "socketio", "samples", "Chat");

    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }
    }

    [Fact]
    public void It_is_the_chat_of_the_README()
    {
        string readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Readme", "README.md")).ReplaceLineEndings("\n");

        Assert.Equal(Block("csharp").Trim(), Read("Program.cs").Trim());
        Assert.Equal(Block("html").Trim(), Read("wwwroot/index.html").Trim());

        string Block(string language) => Regex.Match(readme, $"^```{language}\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline).Groups["code"].Value;
        string Read(string file) => File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");
    }

    [Fact]
    public async Task It_serves_its_page_and_passes_on_what_somebody_says()
    {
        Uri address = await StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Contains("socket.emit('message'", await http.GetStringAsync(address, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using ClientWebSocket speaker = await JoinAsync(address);
        using ClientWebSocket listener = await JoinAsync(address);

        await SendAsync(speaker, "42[\"message\",\"Grüße\"]");

        Assert.Equal("42[\"message\",\"Grüße\"]", await ReceiveAsync(speaker));
        Assert.Equal("42[\"message\",\"Grüße\"]", await ReceiveAsync(listener));
    }

    private async Task<Uri> StartAsync()
    {
        // .../tests/Flipr.SocketIO.Tests/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string program = Path.Combine(Folder, "bin", output.Parent!.Name, output.Name, Project + ".dll");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, "--urls", "http://127.0.0.1:0", "--contentRoot", Folder]) { RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The program has ended. It printed:\n{_output}"));
        Assert.True(_process.Start());
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return await _listening.Task.Within("the program listens");
    }

    private void OnLine(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line is not null && Listening().Match(line) is { Success: true } match)
        {
            _listening.TrySetResult(new Uri(match.Value));
        }
    }

    private static async Task<ClientWebSocket> JoinAsync(Uri address)
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/socket.io/", Query = WebSocketWire.Query }.Uri, TestContext.Current.CancellationToken);
        OpenPacket.Parse(await ReceiveAsync(socket));
        await SendAsync(socket, "40");
        EngineClient.SidOf(await ReceiveAsync(socket));
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        byte[] buffer = new byte[4096];
        WebSocketReceiveResult message = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).Within("a message comes");
        Assert.True(message is { EndOfMessage: true, MessageType: WebSocketMessageType.Text });
        return Encoding.UTF8.GetString(buffer, 0, message.Count);
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Flipr.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("This must run from within the checkout: Flipr.slnx was not found above it.");
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9]\d*")]
    private static partial Regex Listening();
}
