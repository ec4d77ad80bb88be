using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Flipr.Probe.Stages;

/// <summary>Whether the server shows a certificate that clients trust, and for how long.</summary>
internal sealed class TlsStage : IStage
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public string Id => "tls";

    public string Title => "TLS";

    public int ExitCode => 12;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        ProbeOptions options = context.Options;
        if (options.Endpoint.Scheme == "http")
        {
            return Finding.Skipped("not asked for: the address is http://");
        }

        Finding? flaw = null;
        X509Certificate2? certificate = null;
        try
        {
            SslProtocols protocol = await Deadline.RunAsync(options.Timeout, async token =>
            {
                using var client = new TcpClient(context.Reachable!.AddressFamily);
                await client.ConnectAsync(context.Reachable!, options.Endpoint.Port, token);
#pragma warning disable CA5359 // Looked at instead of left to the framework, which would only say that it is bad; nothing is sent over this connection.
                await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, shown, chain, errors) =>
                {
                    certificate = shown is null ? null : X509CertificateLoader.LoadCertificate(shown.Export(X509ContentType.Cert));
                    flaw = Look(certificate, chain, errors, options.Endpoint.IdnHost);
                    return true;
                });
#pragma warning restore CA5359
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = options.Endpoint.IdnHost.Trim('[', ']') }, token);
                return tls.SslProtocol;
            }, cancellationToken);

            if (flaw is not null)
            {
                return options.Insecure ? flaw with { Outcome = Outcome.Warned } : flaw.AndEnd();
            }

            return Valid(protocol, certificate!);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            return Finding.Failed(
                "tls-not-spoken", $"the TLS handshake failed: {Shorten.Text(exception.Message).TrimEnd('.')}", "The port does not speak TLS (plain HTTP, another service), or refuses this host name or TLS version.",
                $"Try http://{options.Endpoint.Authority}; check the port; terminate TLS in the proxy before the server.").AndEnd();
        }
        catch (TimeoutException exception)
        {
            return Finding.Failed(
                "no-answer", $"the TLS handshake got {exception.Message}", "Whatever listens on this port speaks no TLS, or hangs.", "Try http://; look at the process and its log.").AndEnd();
        }
        finally
        {
            certificate?.Dispose();
        }
    }

    /// <summary>Whether the port speaks TLS, with whatever certificate.</summary>
    public static async Task<bool> IsSpokenAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await Deadline.RunAsync(context.Options.Timeout, async token =>
            {
                using var client = new TcpClient(context.Reachable!.AddressFamily);
                await client.ConnectAsync(context.Reachable!, context.Options.Endpoint.Port, token);
#pragma warning disable CA5359 // Only whether there is TLS; nothing is sent over this connection.
                await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = context.Options.Endpoint.IdnHost.Trim('[', ']') }, token);
                return true;
            }, cancellationToken);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or SocketException or TimeoutException)
        {
            return false;
        }
    }

    private static Finding Valid(SslProtocols protocol, X509Certificate2 certificate)
    {
        TimeSpan left = certificate.NotAfter.ToUniversalTime() - DateTime.UtcNow;
        string summary = string.Create(
            CultureInfo.InvariantCulture, $"{protocol}, certificate valid until {Day(certificate.NotAfter)} ({left.TotalDays:0} days), issued by {Shorten.Text(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true))}");
        return left > Soon ? Finding.Passed(summary) : Finding.Warned(
            "certificate-expires-soon", summary, "The certificate was not renewed in its usual time.", "Renew it now, and look why the renewal did not run by itself.");
    }

    private static Finding? Look(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string host)
    {
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (certificate is null)
        {
            return Finding.Failed("no-certificate", "the server shows no certificate", "TLS without a certificate is no TLS for clients.", "Give the server or its proxy a certificate.");
        }

        if (certificate.NotAfter.ToUniversalTime() < DateTime.UtcNow)
        {
            return Finding.Failed(
                "certificate-expired", $"the certificate expired on {Day(certificate.NotAfter)}", "It was not renewed, or the server still shows the old one.",
                "Renew the certificate and reload the server or proxy that shows it.");
        }

        if (certificate.NotBefore.ToUniversalTime() > DateTime.UtcNow)
        {
            return Finding.Failed(
                "certificate-not-yet", $"the certificate is valid only from {Day(certificate.NotBefore)}", "A clock is wrong: this machine's, or that of whoever issued it.", "Set the clock; issue the certificate anew.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return Finding.Failed(
                "certificate-name", $"the certificate is for {Names(certificate)}, not for {host}", "The server shows another site's certificate: the name is missing in it, or the host is not set up there.",
                $"Issue a certificate that holds {host}, or use the name it holds.");
        }

        X509ChainStatusFlags[] flaws = [.. chain?.ChainStatus.Select(status => status.Status) ?? []];
        if (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
        {
            return Finding.Failed(
                "certificate-self-signed", $"the certificate is self-signed ({Shorten.Text(certificate.Subject)})", "Nobody that clients trust has signed it.",
                "Use a certificate of a public authority (Let's Encrypt); for tests go on with --insecure.");
        }

        return Finding.Failed(
            "certificate-untrusted", $"the certificate is not trusted: {string.Join(", ", flaws.Distinct())} (issued by {Shorten.Text(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true))})",
            "Its issuer is unknown here, or the server leaves the intermediate certificates out.", "Install the full chain on the server (fullchain.pem, not cert.pem); for an authority of your own, trust it on the clients.");
    }

    private static string Names(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] all = [.. names?.EnumerateDnsNames() ?? [], .. names?.EnumerateIPAddresses().Select(address => address.ToString()) ?? []];
        return Shorten.Text(all.Length > 0 ? string.Join(", ", all) : certificate.Subject);
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
