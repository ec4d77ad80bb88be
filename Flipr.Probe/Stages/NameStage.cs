using System.Net;
using System.Net.Sockets;

namespace Flipr.Probe.Stages;

/// <summary>What the name means: its addresses.</summary>
internal sealed class NameStage : IStage
{
    public string Id => "name";

    public string Title => "name resolution";

    public int ExitCode => 10;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        string host = context.Options.Endpoint.IdnHost.Trim('[', ']');
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            context.Addresses = [literal];
            return Finding.Passed($"{literal} is an address, nothing to resolve");
        }

        try
        {
            context.Addresses = await Deadline.RunAsync(context.Options.Timeout, token => Dns.GetHostAddressesAsync(host, token), cancellationToken);
        }
        catch (SocketException exception)
        {
            bool unknown = exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
            return Finding.Failed(
                unknown ? "name-unknown" : "name-server", unknown ? $"no address for {host}" : $"{host}: {exception.Message}",
                unknown ? "No DNS record has this name: a typing error, a service that was renamed or deleted, or a record not yet published." : "The name server of this machine does not answer.",
                unknown ? "Check the name, and its record at the DNS provider (A, AAAA or CNAME)." : "Check this machine's network and name server.").AndEnd();
        }

        return Finding.Passed(string.Join(", ", context.Addresses.Select(address => $"{address} ({(address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")})")));
    }
}
