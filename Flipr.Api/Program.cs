using Flipr.Api;
using Flipr.Api.Changes;
using Flipr.Api.Database;
using Flipr.Api.Frontend;
using Flipr.Api.Listings;
using Flipr.Api.Security;

try
{
    WebApplicationBuilder builder = FliprHost.CreateBuilder(args);
    FliprSettings settings = FliprSettings.Read(builder.Configuration, builder.Environment);
    builder.UseFliprAddress(settings);
    builder.AddServiceDefaults();
    builder.AddApi(settings);
    builder.AddSecurity(settings);
    await builder.AddDatabaseAsync(settings);
    builder.AddListings();
    builder.AddChanges();
    builder.AddRealtime();

    WebApplication app = builder.Build();
    app.BeginDatabase();
    app.UseApiErrors();
    app.UseSecurity();
    app.MapDefaultEndpoints();
    app.MapHealth();
    app.MapClient();
    app.MapListings(settings);
    app.MapRealtime();
    app.MapOpenApi();
    app.MapFrontend(settings);
    app.ReportStart(settings);
    app.ReportFailedServices();
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (OperationCanceledException)
{
    return Environment.ExitCode; // Asked to end before it had started.
}
catch (StartupException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
catch (Exception exception) when (ServerAddress.Problem(exception) is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 1;
}
