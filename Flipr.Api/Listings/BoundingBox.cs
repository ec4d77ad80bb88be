namespace Flipr.Api.Listings;

/// <summary>A box in degrees, edges included. A west above its east means that the box crosses the antimeridian.</summary>
internal readonly record struct BoundingBox(double West, double South, double East, double North)
{
    public bool CrossesAntimeridian => West > East;
}
