using System.Net;

namespace Flipr.Api.Tests;

/// <summary>PostgreSQL that takes encrypted connections only, with a certificate that no authority has signed.</summary>
public sealed class PostgresTlsTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly PostgresServer _postgres;

    public PostgresTlsTests() => _postgres = PostgresServer.Configured(ConfigureAsync);

    public ValueTask InitializeAsync() => _postgres.InitializeAsync();

    [Theory]
    [InlineData("")] // The driver prefers encryption.
    [InlineData("?sslmode=require")]
    [InlineData("?sslmode=verify-ca&sslrootcert={0}")]
    [InlineData("?sslmode=verify-full&sslrootcert={0}")]
    public async Task A_URL_that_allows_encryption_connects_encrypted(string parameters)
    {
        string url = await CreateAsync();
        using ApiHost api = Start(url + parameters.Replace("{0}", Uri.EscapeDataString(CertificateFile), StringComparison.Ordinal));

        await api.StoreAsync("""{"id":"a"}""");
        Assert.Equal(["a"], await api.IdsAsync());
        Assert.Equal("ok", (await api.GetAsync("/healthz")).GetProperty("status").GetString());
        Assert.Equal(true, await PostgresServer.ExecuteAsync(
            url, "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND pid <> pg_backend_pid()"));
    }

    [Theory]
    [InlineData("localhost", "?sslmode=disable", "sslmode=require")]
    [InlineData("localhost", "?sslmode=verify-full", "certificate is not trusted")]
    [InlineData("localhost", "?sslmode=verify-ca", "certificate is not trusted")]
    [InlineData("127.0.0.1", "?sslmode=verify-full&sslrootcert={0}", "for another host")]
    [InlineData("localhost", "?sslrootcert=system", "certificate is not trusted")]
    public async Task A_refusal_says_what_to_change(string host, string parameters, string reason)
    {
        string url = (await CreateAsync()).Replace("localhost", host, StringComparison.Ordinal);
        using ApiHost api = Start(url + parameters.Replace("{0}", Uri.EscapeDataString(CertificateFile), StringComparison.Ordinal));

        Assert.Contains(reason, (await api.GetAsync("/healthz", HttpStatusCode.ServiceUnavailable)).GetProperty("reason").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage posted = await api.PostAsync("{}");
        await ApiHost.ErrorAsync(posted, HttpStatusCode.ServiceUnavailable);
    }

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    private string CertificateFile => _folder.File("server.crt");

    private static ApiHost Start(string url) => new(("DATABASE_URL", url), ("DISABLE_SQLITE_FALLBACK", "true"));

    private async Task<string> CreateAsync() => (await _postgres.CreateDatabaseAsync()).Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    private async Task ConfigureAsync(string data)
    {
        await Certificates.WriteSelfSignedAsync("localhost", CertificateFile, Path.Combine(data, "server.key"));
        File.Copy(CertificateFile, Path.Combine(data, "server.crt"));
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), "ssl = on\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(data, "pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\nlocal all all trust\n", TestContext.Current.CancellationToken);
    }
}
