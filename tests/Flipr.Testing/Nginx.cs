using System.Globalization;

namespace Flipr.Testing;

/// <summary>An nginx of its own, with everything it writes in a temporary folder.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestFolder _folder = new();
    private Command? _process;
    private int _reloads;

    private Nginx()
    {
    }

    /// <summary>Why there can be none, or null.</summary>
    public static string? Missing => Program is null ? "nginx is not installed (no nginx in /usr/sbin)" : null;

    /// <summary>What it has logged of the requests, as the log format <c>test</c> of its configuration says.</summary>
    public string[] Requests => File.Exists(_folder.File("access.log")) ? File.ReadAllLines(_folder.File("access.log")) : [];

    private static string? Program => new[] { "/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx" }.FirstOrDefault(File.Exists);

    private string ConfigurationFile => _folder.File("nginx.conf");

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="servers">What its block <c>http</c> holds: a log format <c>test</c> and the servers.</param>
    public static async Task<Nginx> StartNewAsync(string servers)
    {
        var nginx = new Nginx();
        try
        {
            await nginx.ConfigureAsync(servers);
            // -e: nothing is to be written outside the folder, not even before the configuration is read.
            nginx._process = Command.Start(
                Program ?? throw new InvalidOperationException(Missing), ["-e", "stderr", "-p", nginx._folder.Path, "-c", nginx.ConfigurationFile, "-g", "daemon off;"], "/");
            await nginx._process.WaitForOutputAsync("start worker process ").WaitAsync(Patience); // It listens before it starts them.
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    /// <summary>Goes over to another configuration, as an operator does: from then on new connections follow it, those that stand stay as they are.</summary>
    /// <param name="servers">What its block <c>http</c> holds now.</param>
    public async Task ReloadAsync(string servers)
    {
        await ConfigureAsync(servers);
        await Command.RunAsync(Program!, ["-e", "stderr", "-p", _folder.Path, "-c", ConfigurationFile, "-s", "reload"], "/");
        _reloads++;
        using var patience = new CancellationTokenSource(Patience);
        while (_process!.Output.Split("gracefully shutting down").Length <= _reloads) // The one worker from before takes no more connections.
        {
            await Task.Delay(10, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private Task ConfigureAsync(string servers) => File.WriteAllTextAsync(ConfigurationFile, string.Create(CultureInfo.InvariantCulture, $$"""
        user root; # Who started it; another user could not read the folder.
        pid {{_folder.File("pid")}};
        error_log stderr notice;
        worker_processes 1;
        worker_rlimit_nofile 16384;
        worker_shutdown_timeout 60s;
        events { worker_connections 8192; }
        http {
          client_body_temp_path {{_folder.File("body")}};
          proxy_temp_path {{_folder.File("proxy")}};
          fastcgi_temp_path {{_folder.File("fastcgi")}};
          uwsgi_temp_path {{_folder.File("uwsgi")}};
          scgi_temp_path {{_folder.File("scgi")}};
          {{servers}}
          access_log {{_folder.File("access.log")}} test;
        }
        """));
}
