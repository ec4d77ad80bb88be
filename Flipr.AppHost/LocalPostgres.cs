using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

/// <summary>PostgreSQL from the machine's own programs: for where there is no container runtime.</summary>
internal static class LocalPostgres
{
    /// <summary>Adds the server with the database <c>flipr</c>. Its files are in <c>Flipr.AppHost/.postgres</c>, or where <c>FLIPR_POSTGRES_DATA</c> says, and stay.</summary>
    /// <exception cref="AppHostException">PostgreSQL's programs are not there.</exception>
    public static IResourceBuilder<LocalPostgresResource> AddLocalPostgres(this IDistributedApplicationBuilder builder, string name)
    {
        string programs = FindPrograms(builder.Configuration["FLIPR_POSTGRES_BIN"]);
        string home = builder.Configuration["FLIPR_POSTGRES_DATA"] is { Length: > 0 } given ? Path.GetFullPath(given) : Path.Combine(builder.AppHostDirectory, ".postgres");
        string passwordFile = Path.Combine(home, "password");
        var password = builder.AddParameter($"{name}-password", () => Password(passwordFile), secret: true);
        var postgres = new LocalPostgresResource(name, "/bin/sh", builder.AppHostDirectory, password.Resource);

        string check = $"{name}_check";
        builder.Services.AddHealthChecks().AddAsyncCheck(check, async cancellationToken =>
        {
            await using var connection = new NpgsqlConnection(await postgres.ConnectionStringExpression.GetValueAsync(cancellationToken));
            await connection.OpenAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        });

        return builder.AddResource(postgres)
            .WithArgs("local-postgres.sh", programs, home)
            .WithEndpoint(scheme: "tcp", name: LocalPostgresResource.EndpointName, env: "PGPORT", isProxied: false)
            .OnBeforeResourceStarted((_, _, _) =>
            {
                Password(passwordFile);
                return Task.CompletedTask;
            })
            .WithHealthCheck(check);
    }

    private static string FindPrograms(string? given)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new AppHostException("FLIPR_DATABASE=local needs Linux or macOS. Take the container instead (leave FLIPR_DATABASE out), or name a database: ConnectionStrings__flipr.");
        }

        const string debian = "/usr/lib/postgresql";
        IEnumerable<string?> folders = !string.IsNullOrEmpty(given) ? [given] :
        [
            Path.GetDirectoryName(Programs.Find("initdb")),
            .. !Directory.Exists(debian) ? [] : Directory.EnumerateDirectories(debian)
                .OrderByDescending(version => int.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out int number) ? number : 0)
                .Select(version => Path.Combine(version, "bin")),
        ];
        return folders.FirstOrDefault(folder => folder is not null && File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
            ?? throw new AppHostException(
                $"PostgreSQL's programs (initdb, postgres) are not in {(string.IsNullOrEmpty(given) ? $"the PATH or {debian}/*/bin" : given)}. Install PostgreSQL "
                + "(Debian: apt-get install postgresql), or set FLIPR_POSTGRES_BIN to their folder.");
    }

    // Beside the data and made with it: the data knows no other.
    private static string Password(string file)
    {
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(file, options);
            writer.Write(RandomNumberGenerator.GetHexString(32, lowercase: true));
        }

        return File.ReadAllText(file);
    }
}
