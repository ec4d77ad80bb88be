using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Flipr.Testing;

/// <summary>
/// What Render puts in front of an instance, played by nginx: an edge that terminates TLS, and behind it a second proxy that hands on plain HTTP. Both say
/// in <c>X-Forwarded-For</c> who connected to them. Plain <c>ws://</c> and <c>http://</c> are answered with 301.
/// There is no affinity: at any time there is one instance, which gets every new request, whichever instance a session is at.
/// </summary>
public sealed class RenderProxy : IAsyncDisposable
{
    /// <summary>The name on the certificate, which no setting of Flipr knows.</summary>
    public const string Name = "flipr.rehearsal.example";

    private readonly TestFolder _folder = new();
    private readonly IPAddress _edge;
    private readonly IPAddress _inner;
    private readonly IPAddress _instance;
    private readonly int _tlsPort = Ports.Free();
    private readonly int _plainPort = Ports.Free();
    private readonly int _innerPort = Ports.Free();
    private Nginx? _nginx;

    private RenderProxy(IPAddress edge, IPAddress inner, IPAddress instance)
    {
        _edge = edge;
        _inner = inner;
        _instance = instance;
    }

    /// <summary>The edge by its address.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"https://{_edge}:{_tlsPort}"));

    /// <summary>The edge by its name, for <see cref="NewClient"/>.</summary>
    public Uri NamedAddress => new(string.Create(CultureInfo.InvariantCulture, $"https://{Name}:{_tlsPort}"));

    /// <summary>The edge without TLS.</summary>
    public Uri PlainAddress => new(string.Create(CultureInfo.InvariantCulture, $"http://{_edge}:{_plainPort}"));

    /// <summary>The certificate's file.</summary>
    public string CertificateFile => _folder.File("edge.pem");

    /// <summary>What the second proxy answered: status, the instance that had the request, and the request's path and query.</summary>
    public IEnumerable<(string Status, string Instance, string Path)> Answers =>
        from line in _nginx!.Requests
        let parts = line.Split(' ', 4)
        where parts[0] == _innerPort.ToString(CultureInfo.InvariantCulture)
        select (parts[1], parts[2], parts[3]);

    /// <summary>Starts both proxies.</summary>
    /// <param name="edge">The address of the edge.</param>
    /// <param name="inner">The address of the second proxy.</param>
    /// <param name="instance">The address of the instances.</param>
    /// <param name="port">The port of the instance that is current.</param>
    public static async Task<RenderProxy> StartNewAsync(IPAddress edge, IPAddress inner, IPAddress instance, int port)
    {
        var proxy = new RenderProxy(edge, inner, instance);
        try
        {
            await Certificates.WriteSelfSignedAsync(Name, proxy.CertificateFile, proxy._folder.File("edge.key"), edge);
            proxy._nginx = await Nginx.StartNewAsync(proxy.Servers(port));
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Leads every new request to another instance. WebSockets and answers that are under way stay with the old one.</summary>
    public Task SwitchToAsync(int port) => _nginx!.ReloadAsync(Servers(port));

    /// <summary>A handler of requests that trusts the certificate.</summary>
    /// <param name="from">The address that it connects from.</param>
    /// <param name="to">The address that it connects to, whatever the request's host is.</param>
    public SocketsHttpHandler NewHandler(IPAddress? from = null, IPAddress? to = null)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509Certificate2.CreateFromPem(File.ReadAllText(CertificateFile)));
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    if (from is not null)
                    {
                        socket.Bind(new IPEndPoint(from, 0));
                    }

                    await socket.ConnectAsync(new IPEndPoint(to ?? _edge, context.DnsEndPoint.Port), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }

        _folder.Dispose();
    }

    private string Servers(int port) => string.Create(CultureInfo.InvariantCulture, $$"""
        log_format test '$server_port $status $upstream_addr $request_uri';
        map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
        # Who terminates TLS says so; who gets it told hands it on.
        map $scheme $forwarded_proto { https https; default $http_x_forwarded_proto; }

        proxy_http_version 1.1;
        proxy_read_timeout 100s; # longer than the heartbeat of a quiet connection
        proxy_set_header Host $http_host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $forwarded_proto;

        server {
          listen {{_edge}}:{{_plainPort}};
          return 301 https://$host:{{_tlsPort}}$request_uri;
        }
        server {
          listen {{_edge}}:{{_tlsPort}} ssl;
          ssl_certificate {{CertificateFile}};
          ssl_certificate_key {{_folder.File("edge.key")}};
          proxy_bind {{_edge}};
          location / { proxy_pass http://{{_inner}}:{{_innerPort}}; }
        }
        server {
          listen {{_inner}}:{{_innerPort}};
          proxy_bind {{_inner}};
          # No ip_hash, no cookie, no second upstream: Render has no affinity. A session that began elsewhere is unknown here, and its client begins anew.
          location / { proxy_pass http://{{_instance}}:{{port}}; }
        }
        """);
}
