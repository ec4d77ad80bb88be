using System.Globalization;

[assembly: AssemblyFixture(typeof(Flipr.AppHost.Tests.LocalApp))]

namespace Flipr.AppHost.Tests;

/// <summary>The app host as the profile <c>two</c> starts it, with its dashboard, started once for all who look at it.</summary>
public sealed class LocalApp : IAsyncLifetime
{
    private readonly TestFolder _home = new();
    private readonly SemaphoreSlim _starting = new(1);
    private RunningApp? _app;

    private string Data => _home.File("postgres");

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_app is not null)
            {
                await _app.DisposeAsync();
                // Its server has ended with it, as it should: what is on the disk is whole.
                string data = Path.Combine(Data, "data");
                await Deadline.Until(() => Task.FromResult(File.Exists(Path.Combine(data, "postmaster.pid"))), isRunning => !isRunning, _ => "PostgreSQL to end with the app host");
                Assert.Equal("shut down", await PostgresPrograms.StateOfAsync(data));
            }
        }
        finally
        {
            _starting.Dispose();
            _home.Dispose();
        }
    }

    /// <summary>The app, started when it is first asked for; skips the test where PostgreSQL is not installed.</summary>
    internal async Task<RunningApp> StartedAsync()
    {
        PostgresPrograms.Require();
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _app ??= await RunningApp.StartAsync(
                [
                    "--FLIPR_DATABASE=local", "--FLIPR_INSTANCES=2", $"--FLIPR_POSTGRES_DATA={Data}", $"--ASPNETCORE_URLS={Local(Ports.Free())}",
                    $"--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL={Local(Ports.Free())}", $"--ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL={Local(Ports.Free())}",
                    "--ASPIRE_ALLOW_UNSECURED_TRANSPORT=true", "--ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS=true",
                ],
                _home,
                dashboard: true);
        }
        finally
        {
            _starting.Release();
        }
    }

    private static Uri Local(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"));
}
