using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Flipr.Api;

/// <summary>Where Flipr listens: <c>PORT</c> on all interfaces, else what ASP.NET Core is told, else http://localhost:5005.</summary>
internal static class ServerAddress
{
    public static void UseFliprAddress(this WebApplicationBuilder builder, FliprSettings settings)
    {
        ConfigurationManager configuration = builder.Configuration;
        if (settings.Port is { } port)
        {
            builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://*:{port}"));
            builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, ""); // Container images set it; both at once draw a warning.
        }
        else if (string.IsNullOrEmpty(configuration[WebHostDefaults.ServerUrlsKey])
            && string.IsNullOrEmpty(configuration[WebHostDefaults.HttpPortsKey])
            && string.IsNullOrEmpty(configuration[WebHostDefaults.HttpsPortsKey])
            && !configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            builder.WebHost.UseUrls("http://localhost:5005");
        }
    }

    /// <summary>The address to type into a browser on this machine.</summary>
    public static string Visible(IServer server)
    {
        string address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "nowhere";
        foreach (string everywhere in (ReadOnlySpan<string>)["://[::]:", "://0.0.0.0:", "://*:", "://+:"])
        {
            address = address.Replace(everywhere, "://localhost:", StringComparison.Ordinal);
        }

        return address;
    }

    /// <summary>What to tell when listening failed; null when the exception means something else.</summary>
    public static string? Problem(Exception exception) => exception switch
    {
        IOException { InnerException: AddressInUseException } busy =>
            $"{busy.Message} Stop the program that has it, or choose another port, for example PORT=5006.",
        SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable } refused =>
            $"Flipr may not listen on the address it was given: {refused.Message}.",
        _ => null,
    };
}
