using Flipr.Api.Security;
using Flipr.SocketIO;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;

namespace Flipr.Api.Listings;

/// <summary>Listings over HTTP.</summary>
internal static class ListingEndpoints
{
    /// <summary>How far an anonymous sender's clock may be ahead.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    public static void MapListings(this IEndpointRouteBuilder endpoints, FliprSettings settings)
    {
        RouteGroupBuilder listings = endpoints.MapGroup("").WithTags("Listings");

        listings.MapPost("/update", UpdateAsync)
            .WithSummary("Stores one property, new or changed, and announces it.")
            .WithMetadata(new UpdateSizeLimit(settings.MaxUpdateBytes))
            .RequireUpdateRights()
            .Produces<ErrorResponse>(StatusCodes.Status408RequestTimeout).Produces<ErrorResponse>(StatusCodes.Status413PayloadTooLarge)
            .Produces<ErrorResponse>(StatusCodes.Status422UnprocessableEntity);

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

    private static async Task<Results<Ok<UpdateResponse>, BadRequest<ErrorResponse>, JsonHttpResult<ErrorResponse>>> UpdateAsync(
        HttpRequest request, UpdateBodies bodies, ListingWriter writer, ApiKey key, FliprSettings settings, TimeProvider time)
    {
        byte[] body = await bodies.ReadAsync(request.HttpContext);
        ListingChange change;
        try
        {
            ChangeSender sender = ChangeSender.Of(request.HttpContext, key, settings);
            DateTimeOffset now = time.GetUtcNow();
            // What is dated far ahead would stand on top of every list for years: not anybody may do that.
            Listing listing = ListingReader.Read(body, now, sender == ChangeSender.Anonymous ? now + ClockTolerance : null);
            change = ListingChange.Upsert(listing, sender, UpdateRequest.Read(request, body, listing, sender));
        }
        catch (InvalidInputException exception)
        {
            return TypedResults.BadRequest(new ErrorResponse(exception.Message));
        }

        ChangeOutcome outcome = await writer.ApplyAsync(change);
        if (outcome.Result == ChangeResult.Repeated)
        {
            AnonymousUpdates.OnNothingStored(request.HttpContext);
        }

        return outcome.Result switch
        {
            ChangeResult.Protected => Refused(
                StatusCodes.Status403Forbidden, $"The listing {outcome.Id} was stored with the API key, and may only be changed with it. Send the key, or another id."),
            ChangeResult.KeyReused => Refused(
                StatusCodes.Status422UnprocessableEntity, $"This {UpdateRequest.Header} was used with another body. Send a new key with each new update, and the same one only with the same body."),
            _ => TypedResults.Ok(new UpdateResponse(outcome.Id)),
        };
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

    private static async Task<Results<Ok<UpdateResponse>, NotFound<ErrorResponse>>> DeleteAsync(
        HttpContext context, ListingWriter writer, ApiKey key, FliprSettings settings, string? id) =>
        ListingId.Read(context, id) is { } known
        && await writer.ApplyAsync(ListingChange.Delete(known, ChangeSender.Of(context, key, settings))) is { Result: ChangeResult.Applied }
            ? TypedResults.Ok(new UpdateResponse(known))
            : TypedResults.NotFound(Unknown);

    private static async Task<Ok<StatusResponse>> StatusAsync(
        IListingStore store, SocketIOServer io, TimeProvider time, CancellationToken cancellationToken)
    {
        ListingCounts counts = await store.CountAsync(cancellationToken);
        return TypedResults.Ok(new StatusResponse(
            counts.Total, counts.Hot, counts.Good, counts.Average, counts.Weak, time.GetUtcNow().ToUnixTimeSeconds(), io.ConnectionCount));
    }

    private static JsonHttpResult<ErrorResponse> Refused(int status, string message) =>
        TypedResults.Json(new ErrorResponse(message), ApiJsonContext.Default.ErrorResponse, statusCode: status);

    private static ErrorResponse Unknown => new("There is no property with this id.");

    private sealed record UpdateSizeLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
