using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Flipr.Testing;

/// <summary>A certificate that nobody has signed but itself.</summary>
public static class Certificates
{
    /// <summary>Makes one for a host and writes it and its key, which only the owner may read.</summary>
    /// <param name="host">The name it is for.</param>
    /// <param name="certificateFile">Where it goes.</param>
    /// <param name="keyFile">Where its key goes.</param>
    /// <param name="addresses">The addresses it is for, too.</param>
    public static async Task WriteSelfSignedAsync(string host, string certificateFile, string keyFile, params IEnumerable<IPAddress> addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        foreach (IPAddress address in addresses)
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        await Command.RunAsync("chmod", ["600", keyFile], "/");
    }
}
