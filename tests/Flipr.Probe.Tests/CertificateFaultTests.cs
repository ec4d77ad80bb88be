using System.Security.Cryptography.X509Certificates;
using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>Certificates that browsers refuse. The name is <c>localhost</c>, the authority one that the probe is told to trust.</summary>
public sealed class CertificateFaultTests : IDisposable
{
    private static readonly string[] NoIdle = ["--no-idle"];

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task An_expired_certificate_is_told_with_its_date()
    {
        using X509Certificate2 certificate = _authority.Issue("localhost", new DateTimeOffset(2024, 6, 30, 12, 0, 0, TimeSpan.Zero));

        await HoldsAsync("an expired certificate", "certificate-expired", certificate, _authority.File);
    }

    [Fact]
    public async Task A_self_signed_certificate_is_told_so()
    {
        using X509Certificate2 certificate = TestAuthority.SelfSigned("localhost");

        await HoldsAsync("a self-signed certificate", "certificate-self-signed", certificate, _authority.File);
    }

    [Fact]
    public async Task A_certificate_of_another_name_is_told_with_that_name()
    {
        using X509Certificate2 certificate = _authority.Issue("flipr.example", DateTimeOffset.UtcNow.AddDays(90));

        await HoldsAsync("a certificate for another name", "certificate-name", certificate, _authority.File);
    }

    [Fact]
    public async Task A_certificate_whose_authority_is_unknown_or_whose_chain_is_incomplete_is_told_so()
    {
        using X509Certificate2 certificate = _authority.Issue("localhost", DateTimeOffset.UtcNow.AddDays(90));
        using var another = new TestAuthority("Another test authority");

        await HoldsAsync("a certificate whose issuer is unknown", "certificate-untrusted", certificate, another.File);
    }

    [Fact]
    public async Task A_certificate_that_is_good_for_ninety_days_passes_and_so_does_everything_after_it()
    {
        using X509Certificate2 certificate = _authority.Issue("localhost", DateTimeOffset.UtcNow.AddDays(90));
        await using WebServer server = await WebServer.StartSocketIOAsync(certificate);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(_authority.File, $"wss://localhost:{server.Port}", []);

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Equal("Passed", result.OutcomeOf("tls"));
        Assert.Equal("Passed", result.OutcomeOf("idle"));
    }

    [Fact]
    public async Task A_certificate_that_expires_in_three_days_is_a_warning()
    {
        using X509Certificate2 certificate = _authority.Issue("localhost", DateTimeOffset.UtcNow.AddDays(3));
        await using WebServer server = await WebServer.StartSocketIOAsync(certificate);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(_authority.File, $"https://localhost:{server.Port}", NoIdle);

        Assert.Equal((0, "Warned"), (result.ExitCode, result.OutcomeOf("tls")));
        Assert.Equal("certificate-expires-soon", ProbeResult.Text(result["tls"], "fault"));
    }

    [Fact]
    public async Task Insecure_goes_on_past_a_certificate_and_still_tells_of_it()
    {
        using X509Certificate2 certificate = TestAuthority.SelfSigned("localhost");
        await using WebServer server = await WebServer.StartSocketIOAsync(certificate);

        ProbeResult result = await ProbeProgram.DiagnoseAsync($"https://localhost:{server.Port}", "--insecure", "--no-idle");

        Assert.Equal((0, "Warned", "Passed"), (result.ExitCode, result.OutcomeOf("tls"), result.OutcomeOf("websocket")));
    }

    [Fact]
    public async Task Https_to_a_port_of_plain_HTTP_is_told_so()
    {
        await using WebServer server = await WebServer.StartSocketIOAsync();

        FaultTable.Holds("`https://` to a port that speaks plain HTTP", "tls-not-spoken", "tls", await ProbeProgram.DiagnoseAsync($"https://{server.Authority}"), server.Authority);
    }

    [Fact]
    public async Task Http_to_a_port_of_TLS_is_told_so()
    {
        using X509Certificate2 certificate = TestAuthority.SelfSigned("localhost");
        await using WebServer server = await WebServer.StartSocketIOAsync(certificate);

        FaultTable.Holds("`http://` to a port that speaks TLS", "tls-only", "http", await ProbeProgram.DiagnoseAsync($"http://{server.Authority}"), server.Authority);
    }

    private static async Task HoldsAsync(string injected, string fault, X509Certificate2 certificate, string trusted)
    {
        await using WebServer server = await WebServer.StartSocketIOAsync(certificate);
        FaultTable.Holds(injected, fault, "tls", await ProbeProgram.DiagnoseAsync(trusted, $"https://localhost:{server.Port}", []), $"localhost:{server.Port}");
    }
}
