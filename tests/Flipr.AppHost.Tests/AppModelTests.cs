namespace Flipr.AppHost.Tests;

/// <summary>The app model, not started.</summary>
public sealed class AppModelTests
{
    [Fact]
    public async Task By_default_the_backend_waits_for_a_database_in_a_container()
    {
        await using AppModel model = await AppModel.BuildAsync();

        Assert.Subset(model.Names.ToHashSet(), new HashSet<string> { "api", "web", "postgres", "flipr" });
        Assert.Equal(
            "postgresql://postgres:{postgres-password.value}@{postgres.bindings.tcp.host}:{postgres.bindings.tcp.port}/flipr",
            await model.EnvironmentAsync("api", "DATABASE_URL"));
        Assert.Contains(model.Annotations<ContainerMountAnnotation>("postgres"), mount => mount.Source == "flipr-postgres");
        Assert.Equal(ContainerLifetime.Persistent, Assert.Single(model.Annotations<ContainerLifetimeAnnotation>("postgres")).Lifetime);
    }

    [Fact]
    public async Task An_existing_database_is_handed_to_the_backend_and_no_container_is_started()
    {
        await using AppModel model = await AppModel.BuildAsync("--ConnectionStrings:flipr=Host=db.example;Database=flipr");

        Assert.DoesNotContain("postgres", model.Names);
        Assert.Equal("{flipr.connectionString}", await model.EnvironmentAsync("api", "DATABASE_URL"));
    }

    [Fact]
    public async Task With_the_profile_local_PostgreSQL_is_a_process_of_this_machine()
    {
        PostgresPrograms.Require();
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_DATABASE=local");

        Assert.IsAssignableFrom<ExecutableResource>(model.Resource("postgres"));
        Assert.Equal(
            "Host=127.0.0.1;Port={postgres.bindings.tcp.port};Username=postgres;Password={postgres-password.value};Database=flipr",
            await model.EnvironmentAsync("api", "DATABASE_URL"));
    }

    [Theory]
    [InlineData("--FLIPR_DATABASE=container", "flipr")]
    [InlineData("--FLIPR_DATABASE=local", "postgres")]
    [InlineData("--ConnectionStrings:flipr=Host=db.example;Database=flipr", "flipr")]
    public async Task Where_there_is_a_database_the_backend_waits_for_it_shows_it_and_stores_nowhere_else(string setting, string database)
    {
        PostgresPrograms.Require();
        await using AppModel model = await AppModel.BuildAsync(setting, "--FLIPR_INSTANCES=2");

        foreach (string instance in (string[])["api", "api-2"])
        {
            Assert.Equal("true", await model.EnvironmentAsync(instance, "DISABLE_SQLITE_FALLBACK"));
            Assert.Contains(database, model.Waits(instance));
            Assert.Contains(database, model.References(instance));
        }
    }

    [Fact]
    public async Task With_the_profile_sqlite_there_is_no_database_whatever_the_shell_has_set()
    {
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_DATABASE=sqlite");

        Assert.Equal(["api", "web"], model.Names.Where(name => name is "api" or "web" or "postgres" or "flipr").Order());
        Assert.Empty(model.Waits("api"));
        Assert.Equal("", await model.EnvironmentAsync("api", "DATABASE_URL"));
    }

    [Fact]
    public async Task The_frontend_waits_for_the_backend_and_is_told_its_address()
    {
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_DATABASE=sqlite");

        Assert.Contains("api", model.Waits("web"));
        Assert.Contains("api", model.References("web"));
        Assert.Equal("{api.bindings.http.url}", await model.EnvironmentAsync("web", "services__api__http__0"));
    }

    [Theory]
    [InlineData("api", 5005)]
    [InlineData("api-2", 5006)]
    [InlineData("web", 5173)]
    public async Task The_services_are_reached_from_outside_at_the_same_port_in_each_run_and_checked(string service, int port)
    {
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_INSTANCES=2");

        Assert.Contains(model.Annotations<EndpointAnnotation>(service), endpoint => endpoint is { Name: "http", IsExternal: true } && endpoint.Port == port);
        Assert.NotEmpty(model.Annotations<HealthCheckAnnotation>(service));
    }

    [Fact]
    public async Task The_dashboard_shows_the_command_that_posts_a_sample_listing()
    {
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_DATABASE=sqlite");

        Assert.Contains(model.Annotations<ResourceCommandAnnotation>("api"), command => command is { DisplayName: "Post a sample listing", IsHighlighted: true });
    }
}
