namespace Flipr.AppHost.Tests;

public sealed class AppModelTests
{
    [Fact]
    public async Task By_default_the_backend_waits_for_a_database_in_a_container()
    {
        await using AppModel model = await AppModel.BuildAsync();

        Assert.Subset(model.Names.ToHashSet(), new HashSet<string> { "api", "web", "postgres", "flipr" });
        Assert.Contains("flipr", model.Waits("api"));
        Assert.NotNull(await model.EnvironmentAsync("api", "DATABASE_URL"));
        Assert.Contains(model.Annotations<ContainerMountAnnotation>("postgres"), mount => mount.Source == "flipr-postgres");
        Assert.Equal(ContainerLifetime.Persistent, Assert.Single(model.Annotations<ContainerLifetimeAnnotation>("postgres")).Lifetime);
    }

    [Fact]
    public async Task An_existing_database_is_handed_to_the_backend_and_no_container_is_started()
    {
        await using AppModel model = await AppModel.BuildAsync("--ConnectionStrings:flipr=Host=db.example;Database=flipr");

        Assert.DoesNotContain("postgres", model.Names);
        Assert.Contains("flipr", await model.EnvironmentAsync("api", "DATABASE_URL"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_profile_sqlite_there_is_no_database_to_wait_for()
    {
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_DATABASE=sqlite");

        Assert.Equal(["api", "web"], model.Names.Where(name => name is "api" or "web" or "postgres" or "flipr").Order());
        Assert.Empty(model.Waits("api"));
        Assert.Null(await model.EnvironmentAsync("api", "DATABASE_URL"));
    }

    [Fact]
    public async Task The_frontend_waits_for_the_backend_and_links_to_it()
    {
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_DATABASE=sqlite");

        Assert.Contains("api", model.Waits("web"));
        Assert.NotEmpty(model.Annotations<ResourceUrlsCallbackAnnotation>("web"));
        Assert.Contains(model.Annotations<ResourceRelationshipAnnotation>("web"), reference => reference.Resource.Name == "api" && reference.Type == "Reference");
    }

    [Theory]
    [InlineData("api")]
    [InlineData("web")]
    public async Task Both_services_are_reached_from_outside_and_checked(string service)
    {
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_DATABASE=sqlite");

        Assert.Contains(model.Annotations<EndpointAnnotation>(service), endpoint => endpoint is { Name: "http", IsExternal: true });
        Assert.NotEmpty(model.Annotations<HealthCheckAnnotation>(service));
    }

    [Fact]
    public async Task The_dashboard_can_post_a_sample_listing()
    {
        await using AppModel model = await AppModel.BuildAsync("--FLIPR_DATABASE=sqlite");

        Assert.Contains(model.Annotations<ResourceCommandAnnotation>("api"), command => command.DisplayName == "Post a sample listing");
    }
}
