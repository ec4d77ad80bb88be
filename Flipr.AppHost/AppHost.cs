var builder = DistributedApplication.CreateBuilder(args);

var api = builder.AddProject<Projects.Flipr_Api>("api")
    .WithEndpoint(scheme: "http", name: "http")
    .WithHttpHealthCheck("/healthz")
    .WithExternalHttpEndpoints();

// The database, by configuration: an existing one (ConnectionStrings:flipr), none with the launch profile "sqlite", else a container.
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
        .AddDatabase("flipr");
    api.WithEnvironment("DATABASE_URL", flipr.Resource.UriExpression).WaitFor(flipr);
}

var web = builder.AddProject<Projects.Flipr_Web_Mock>("web")
    .WithHttpHealthCheck("/alive")
    .WithExternalHttpEndpoints()
    .WaitFor(api);
web.WithUrl($"{web.GetEndpoint("http")}/?api={api.GetEndpoint("http")}", "Test frontend");

builder.Build().Run();
