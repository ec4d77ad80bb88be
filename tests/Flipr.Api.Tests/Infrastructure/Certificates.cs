using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>A certificate that nobody has signed but itself.</summary>
internal static class Certificates
{
    /// <summary>Makes one for a host and writes it and its key, which only the owner may read.</summary>
    public static async Task WriteSelfSignedAsync(string host, string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await Command.RunAsync("chmod", ["600", keyFile], "/");
    }
}
