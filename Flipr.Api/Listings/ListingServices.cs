namespace Flipr.Api.Listings;

/// <summary>Registers the listings' services.</summary>
internal static class ListingServices
{
    public static void AddListings(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ListingWriter>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<ListingWriter>());
    }
}
