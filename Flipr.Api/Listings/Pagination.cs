namespace Flipr.Api.Listings;

/// <summary>Where a page stands among the others.</summary>
internal sealed record Pagination(int Page, int PerPage, long TotalCount, long TotalPages, bool HasNext, bool HasPrev)
{
    public static Pagination Of(ListingQuery query, long totalCount)
    {
        long totalPages = (totalCount + query.PerPage - 1) / query.PerPage;
        return new Pagination(query.Page, query.PerPage, totalCount, totalPages, query.Page < totalPages, query.Page > 1);
    }
}
