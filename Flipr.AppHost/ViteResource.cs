/// <summary>The test frontend from its sources, with hot reload.</summary>
internal static class ViteResource
{
    /// <summary>Adds Vite's server where npm is there; it waits for somebody to start it.</summary>
    /// <param name="builder">The app host.</param>
    /// <param name="name">Its name.</param>
    /// <param name="port">Its port.</param>
    /// <param name="api">The backend, which it passes the page's requests on to.</param>
    public static void AddVite(this IDistributedApplicationBuilder builder, string name, int port, IResourceBuilder<ProjectResource> api)
    {
        if (Programs.Find("npm") is not { } npm)
        {
            return;
        }

        builder.AddExecutable(name, npm, "../Flipr.Web.Mock", "run", "dev", "--", "--host", "127.0.0.1", "--strictPort")
            .WithHttpEndpoint(port: port, name: "http", env: "VITE_PORT")
            .WithArgs(context =>
            {
                context.Args.Add("--port");
                context.Args.Add(((IResourceWithEndpoints)context.Resource).GetEndpoint("http").Property(EndpointProperty.TargetPort));
            })
            .WithHttpHealthCheck("/")
            .WithUrlForEndpoint("http", url => url.DisplayText = "Map with hot reload")
            .WithReference(api)
            .WaitFor(api)
            .WithExplicitStart();
    }
}
