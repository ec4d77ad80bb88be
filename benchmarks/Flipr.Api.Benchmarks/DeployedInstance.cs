using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Flipr.Testing;

namespace Flipr.Api.Benchmarks;

/// <summary>The published program as a process, with nothing in its environment but what a deployment sets.</summary>
internal sealed class DeployedInstance : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Command _process;

    private DeployedInstance(Command process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>From the process's start until <c>/healthz</c> had answered 200.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>How much of it is in memory, by <c>VmRSS</c> of <c>/proc</c>.</summary>
    public double ResidentMegabytes =>
        File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status"))
            .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024 / 1e6)
            .Single();

    /// <summary>Starts it and asks for its health until that is well.</summary>
    public static async Task<DeployedInstance> StartAsync(string program, string home, IReadOnlyDictionary<string, string?> settings)
    {
        int port = Ports.Free();
        var environment = new Dictionary<string, string?>(settings) { ["PORT"] = port.ToString(CultureInfo.InvariantCulture), ["ASPNETCORE_CONTENTROOT"] = home };
        foreach (object? name in Environment.GetEnvironmentVariables().Keys)
        {
            if (name is string variable && (variable.StartsWith("DOTNET_", StringComparison.Ordinal) || variable.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || variable.StartsWith("OTEL_", StringComparison.Ordinal)))
            {
                environment.TryAdd(variable, null);
            }
        }

        long start = TimeProvider.System.GetTimestamp();
        var instance = new DeployedInstance(Command.Start(program, [], home, environment), port);
        try
        {
            while (!await instance.IsHealthyAsync())
            {
                if (instance._process.HasExited || TimeProvider.System.GetElapsedTime(start) > Patience)
                {
                    throw new InvalidOperationException($"{program} did not start:\n{instance._process.Output}");
                }

                await Task.Delay(1);
            }

            instance.StartTime = TimeProvider.System.GetElapsedTime(start);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end, as a platform does.</summary>
    public Task<int> TerminateAsync() => _process.TerminateAsync().WaitAsync(Patience);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // By hand: an HTTP client's own first request would be measured too.
    private async Task<bool> IsHealthyAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            await socket.SendAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
            var answer = new byte[4096];
            int length = await socket.ReceiveAsync(answer);
            return answer.AsSpan(0, length).StartsWith("HTTP/1.1 200 "u8);
        }
        catch (SocketException)
        {
            return false; // Not yet listening.
        }
    }
}
