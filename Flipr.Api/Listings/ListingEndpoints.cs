using Flipr.Api.Security;
using Flipr.SocketIO;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;

namespace Flipr.Api.Listings;

/// <summary>Listings over HTTP.</summary>
internal static class ListingEndpoints
{
    public static void MapListings(this IEndpointRouteBuilder endpoints, FliprSettings settings)
    {
        RouteGroupBuilder listings = endpoints.MapGroup("").WithTags("Listings");

        listings.MapPost("/update", UpdateAsync)
            .WithSummary("Stores one property, new or changed, and announces it.")
            .WithMetadata(new UpdateSizeLimit(settings.MaxUpdateBytes))
            .RequireUpdateRights()
            .Produces<ErrorResponse>(StatusCodes.Status408RequestTimeout).Produces<ErrorResponse>(StatusCodes.Status413PayloadTooLarge);

        listings.MapGet("/properties", ListAsync)
            .WithSummary("One page of the listings, newest first, perhaps filtered.");

        listings.MapGet("/properties/{**id}", FindAsync)
            .WithSummary("One listing.");

        listings.MapDelete("/properties/{**id}", DeleteAsync)
            .WithSummary("Deletes one listing.")
            .RequireDeleteRights();

        listings.MapGet("/status", StatusAsync)
            .WithSummary("How many listings there are, by intensity, and how many clients watch.");
    }

    private static async Task<Results<Ok<UpdateResponse>, BadRequest<ErrorResponse>>> UpdateAsync(
        HttpRequest request, UpdateBodies bodies, ListingWriter writer, TimeProvider time)
    {
        byte[] body = await bodies.ReadAsync(request.HttpContext);
        Listing listing;
        try
        {
            listing = ListingReader.Read(body, time.GetUtcNow());
        }
        catch (InvalidInputException exception)
        {
            return TypedResults.BadRequest(new ErrorResponse(exception.Message));
        }

        await writer.ApplyAsync(ListingChange.Upsert(listing));
        return TypedResults.Ok(new UpdateResponse(listing.Id));
    }

    private static async Task<Results<Ok<ListingPageResponse>, BadRequest<ErrorResponse>>> ListAsync(
        HttpRequest request, IListingStore store, CancellationToken cancellationToken)
    {
        ListingQuery query;
        try
        {
            query = ListingQuery.Read(request.Query);
        }
        catch (InvalidInputException exception)
        {
            return TypedResults.BadRequest(new ErrorResponse(exception.Message));
        }

        ListingSelection selection = await store.ListAsync(query, cancellationToken);
        return TypedResults.Ok(new ListingPageResponse(selection.Listings, Pagination.Of(query, selection.TotalCount), selection.Cursor));
    }

    private static async Task<Results<Ok<ListingJson>, NotFound<ErrorResponse>>> FindAsync(
        HttpContext context, IListingStore store, string? id, CancellationToken cancellationToken) =>
        ListingId.Read(context, id) is { } known && await store.FindAsync(known, cancellationToken) is { } listing
            ? TypedResults.Ok(listing)
            : TypedResults.NotFound(Unknown);

    private static async Task<Results<Ok<UpdateResponse>, NotFound<ErrorResponse>>> DeleteAsync(HttpContext context, ListingWriter writer, string? id) =>
        ListingId.Read(context, id) is { } known && await writer.ApplyAsync(ListingChange.Delete(known))
            ? TypedResults.Ok(new UpdateResponse(known))
            : TypedResults.NotFound(Unknown);

    private static async Task<Ok<StatusResponse>> StatusAsync(
        IListingStore store, SocketIOServer io, TimeProvider time, CancellationToken cancellationToken)
    {
        ListingCounts counts = await store.CountAsync(cancellationToken);
        return TypedResults.Ok(new StatusResponse(
            counts.Total, counts.Hot, counts.Good, counts.Average, counts.Weak, time.GetUtcNow().ToUnixTimeSeconds(), io.ConnectionCount));
    }

    private static ErrorResponse Unknown => new("There is no property with this id.");

    private sealed record UpdateSizeLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
