var builder = DistributedApplication.CreateBuilder(args);

// The backend. Its endpoint is named here, for its launch profile names no address; healthy is when its database answers.
var api = builder.AddProject<Projects.Flipr_Api>("api")
    .WithEndpoint(scheme: "http", name: "http")
    .WithHttpHealthCheck("/healthz")
    .WithExternalHttpEndpoints()
    .WithUrlForEndpoint("http", url => url.DisplayText = "Map")
    .WithSampleListingCommand();

// The database, by configuration and never by probing: an existing one (ConnectionStrings:flipr, a URL or an Npgsql string), none with the launch
// profile "sqlite", else a container that outlives the run with its data.
if (builder.Configuration["ConnectionStrings:flipr"] is not null)
{
    var flipr = builder.AddConnectionString("flipr");
    api.WithEnvironment("DATABASE_URL", flipr.Resource.ConnectionStringExpression);
}
else if (builder.Configuration["FLIPR_DATABASE"] != "sqlite")
{
    var flipr = builder.AddPostgres("postgres")
        .WithDataVolume("flipr-postgres")
        .WithLifetime(ContainerLifetime.Persistent)
        .WithPgWeb(pgWeb => pgWeb.WithExplicitStart())
        .AddDatabase("flipr");
    api.WithEnvironment("DATABASE_URL", flipr.Resource.UriExpression).WaitFor(flipr);
}

// The test frontend on an origin of its own, as in production: so the browser's cross-origin rules are met here too.
var web = builder.AddProject<Projects.Flipr_Web_Mock>("web")
    .WithHttpHealthCheck("/alive")
    .WithExternalHttpEndpoints()
    .WithReference(api)
    .WaitFor(api);

// The page learns from its own link where the backend is.
web.WithUrl($"{web.GetEndpoint("http")}/?api={api.GetEndpoint("http")}", "Test frontend");

builder.Build().Run();
