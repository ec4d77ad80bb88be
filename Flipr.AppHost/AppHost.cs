try
{
    var builder = DistributedApplication.CreateBuilder(args);

    // The database, by configuration and never by probing: an existing one (a URL or an Npgsql string), else the one of the launch profile, else a
    // container that outlives the run with its data. Null is the backend's own SQLite.
    IResourceBuilder<IResourceWithConnectionString>? flipr = builder.Configuration["ConnectionStrings:flipr"] is { Length: > 0 }
        ? builder.AddConnectionString("flipr")
        : builder.Configuration["FLIPR_DATABASE"] switch
        {
            null or "" or "container" => builder.AddPostgres("postgres")
                .WithDataVolume("flipr-postgres")
                .WithLifetime(ContainerLifetime.Persistent)
                .WithPgWeb(pgWeb => pgWeb.WithExplicitStart())
                .AddDatabase("flipr"),
            "local" => builder.AddLocalPostgres("postgres"),
            "sqlite" => null,
            var unknown => throw new AppHostException($"FLIPR_DATABASE is '{unknown}'. It must be container, local or sqlite."),
        };

    var api = builder.AddApi("api", port: 5005, flipr);

    // A second instance on the same database, as every deploy has for a while.
    if (builder.Configuration["FLIPR_INSTANCES"] == "2")
    {
        builder.AddApi("api-2", port: 5006, flipr ?? throw new AppHostException("FLIPR_INSTANCES=2 needs PostgreSQL: FLIPR_DATABASE=local or container."));
    }

    // The test frontend on an origin of its own, as in production: so the browser's cross-origin rules are met here too.
    builder.AddProject<Projects.Flipr_Web_Mock>("web")
        .WithHttpHealthCheck("/alive")
        .WithExternalHttpEndpoints()
        .WithUrlForEndpoint("http", url => url.DisplayText = "Map on an origin of its own")
        .WithReference(api)
        .WaitFor(api);

    builder.AddVite("vite", port: 5174, api);

    builder.Build().Run();
    return 0;
}
catch (AppHostException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
