/// <summary>The backend as a resource.</summary>
internal static class ApiResource
{
    /// <summary>Adds an instance of the backend; it is healthy when its database answers.</summary>
    /// <param name="builder">The app host.</param>
    /// <param name="name">Its name.</param>
    /// <param name="port">Its port: the same in each run, so that commands and links go on working.</param>
    /// <param name="database">Its database; null is its own SQLite.</param>
    public static IResourceBuilder<ProjectResource> AddApi(
        this IDistributedApplicationBuilder builder, string name, int port, IResourceBuilder<IResourceWithConnectionString>? database) =>
        builder.AddProject<Projects.Flipr_Api>(name)
            .WithHttpEndpoint(port: port, name: "http")
            .WithHttpHealthCheck("/healthz")
            .WithExternalHttpEndpoints()
            .WithUrlForEndpoint("http", url => url.DisplayText = "Map")
            .WithDatabase(database)
            .WithSampleListingCommand();

    // The orchestrator passes its own environment on, so both variables are set in every case: what a shell has of them must not count.
    private static IResourceBuilder<ProjectResource> WithDatabase(this IResourceBuilder<ProjectResource> api, IResourceBuilder<IResourceWithConnectionString>? database)
    {
        api.WithEnvironment("FLIPR_ORCHESTRATED", "true");
        return database is null
            ? api.WithEnvironment("DATABASE_URL", "").WithEnvironment("DISABLE_SQLITE_FALLBACK", "false")
            : api.WithEnvironment("DATABASE_URL", Url(database.Resource)).WithEnvironment("DISABLE_SQLITE_FALLBACK", "true")
                .WithReferenceRelationship(database.Resource)
                .WaitFor(database);
    }

    // A URL where there is one: no password needs quoting in it. The backend takes both.
    private static ReferenceExpression Url(IResourceWithConnectionString database) =>
        database is PostgresDatabaseResource postgres ? postgres.UriExpression : database.ConnectionStringExpression;
}
