namespace Flipr.Api.Listings;

/// <summary>A box in degrees, edges included. A west above its east means that the box crosses the antimeridian.</summary>
internal readonly record struct BoundingBox(double West, double South, double East, double North)
{
    public bool CrossesAntimeridian => West > East;

    /// <summary>Whether the place is in the box or on its edge.</summary>
    public bool Contains(GeoPoint place) =>
        place.Latitude >= South && place.Latitude <= North
        && (CrossesAntimeridian ? place.Longitude >= West || place.Longitude <= East : place.Longitude >= West && place.Longitude <= East);

    /// <summary>Makes a box of its four edges.</summary>
    /// <param name="name">What the message calls the box.</param>
    /// <param name="west">Degrees east.</param>
    /// <param name="south">Degrees north.</param>
    /// <param name="east">Degrees east; less than <paramref name="west"/> when the box crosses the antimeridian.</param>
    /// <param name="north">Degrees north.</param>
    /// <exception cref="InvalidInputException">An edge is not on the globe, or the box is upside down.</exception>
    public static BoundingBox Of(string name, double west, double south, double east, double north) =>
        Math.Abs(west) <= 180 && Math.Abs(east) <= 180 && Math.Abs(south) <= 90 && Math.Abs(north) <= 90 && south <= north
            ? new BoundingBox(west, south, east, north)
            : throw new InvalidInputException(
                $"{name} is out of range: west,south,east,north with west and east from -180 to 180, south and north from -90 to 90, and south not above north.");
}
