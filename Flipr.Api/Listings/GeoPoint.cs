namespace Flipr.Api.Listings;

/// <summary>A place in degrees.</summary>
internal readonly record struct GeoPoint(double Latitude, double Longitude)
{
    /// <summary>The place, when both coordinates are known.</summary>
    public static GeoPoint? Of(double? latitude, double? longitude) =>
        latitude is { } north && longitude is { } east ? new GeoPoint(north, east) : null;
}
