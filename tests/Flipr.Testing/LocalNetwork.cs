using System.Globalization;
using System.Net;

namespace Flipr.Testing;

/// <summary>Addresses of this machine that are no loopback's, out of 198.18.0.0/15, which is set aside for tests of networks; gone afterwards.</summary>
public sealed class LocalNetwork : IAsyncDisposable
{
    private readonly List<IPAddress> _addresses = [];
    private readonly int _number = Environment.ProcessId % 256;

    private LocalNetwork()
    {
    }

    /// <summary>Why there can be none, or null.</summary>
    public static string? Missing =>
        !Environment.IsPrivilegedProcess ? "only root can give this machine further addresses"
        : Program is null ? "ip is not installed (iproute2)"
        : null;

    private static string? Program => new[] { "/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip" }.FirstOrDefault(File.Exists);

    /// <summary>Makes an empty one.</summary>
    public static LocalNetwork New() => new();

    /// <summary>Gives this machine another address.</summary>
    /// <param name="last">Its last byte.</param>
    /// <exception cref="InvalidOperationException">The machine does not let it.</exception>
    public async Task<IPAddress> AddAsync(byte last)
    {
        var address = new IPAddress([198, 18, (byte)_number, last]);
        await Command.RunAsync(Program ?? throw new InvalidOperationException(Missing), ["address", "replace", $"{address}/32", "dev", "lo"], "/");
        _addresses.Add(address);
        return address;
    }

    /// <summary>The part of it with these leading bits, as in <c>198.18.7.0/25</c>.</summary>
    public string Part(int bits) => string.Create(CultureInfo.InvariantCulture, $"198.18.{_number}.0/{bits}");

    public async ValueTask DisposeAsync()
    {
        foreach (IPAddress address in _addresses)
        {
            await Command.RunAsync(Program!, ["address", "delete", $"{address}/32", "dev", "lo"], "/");
        }
    }
}
