using System.Globalization;
using System.Net.Http.Json;

/// <summary>The dashboard's command that posts a listing: it appears on every open map.</summary>
internal static class SampleListingCommand
{
    private static readonly (string City, double Latitude, double Longitude)[] Cities =
    [
        ("Seattle, WA", 47.6062, -122.3321), ("Denver, CO", 39.7392, -104.9903), ("Austin, TX", 30.2672, -97.7431), ("Chicago, IL", 41.8781, -87.6298), ("Boston, MA", 42.3601, -71.0589),
    ];

    /// <summary>Adds the command to the backend, and gives the backend the key that the command sends, if the app host was given one.</summary>
    public static IResourceBuilder<ProjectResource> WithSampleListingCommand(this IResourceBuilder<ProjectResource> api)
    {
        string key = api.ApplicationBuilder.Configuration["FLIPR_API_KEY"]?.Trim() ?? "";
        return api.WithEnvironment("FLIPR_API_KEY", key).WithHttpCommand("/update", "Post a sample listing", commandName: "post-sample-listing", commandOptions: new()
        {
            Description = "Posts a made-up listing in one of five US cities.",
            IconName = "Home",
            IsHighlighted = true,
            PrepareRequest = context =>
            {
                context.Request.Content = JsonContent.Create(Listing(Random.Shared));
                if (key.Length > 0)
                {
                    context.Request.Headers.Add("X-Api-Key", key);
                }

                return Task.CompletedTask;
            },
        });
    }

    private static object Listing(Random random)
    {
        var (city, latitude, longitude) = Cities[random.Next(Cities.Length)];
        return new
        {
            address = string.Create(CultureInfo.InvariantCulture, $"{random.Next(1, 2000)} Sample Street, {city}"),
            latitude = latitude + ((random.NextDouble() - 0.5) / 10),
            longitude = longitude + ((random.NextDouble() - 0.5) / 10),
            price = random.Next(200, 1500) * 1000,
            bedrooms = random.Next(1, 6),
            bathrooms = random.Next(1, 4),
            intensity = Math.Round(random.NextDouble(), 2),
            ai_evaluation_reasoning = "Posted from the Aspire dashboard.",
        };
    }
}
