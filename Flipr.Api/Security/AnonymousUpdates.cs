namespace Flipr.Api.Security;

/// <summary>Lets updates without the key pass as long as their bytes of the day last.</summary>
internal sealed class AnonymousUpdates(FliprSettings settings, ApiKey key, AnonymousBytes bytes, UpdateRefusals refusals)
{
    private static readonly object NothingStoredItem = new();

    /// <summary>Says of a request that is answered 200 that it was there before: it costs nothing of the day.</summary>
    public static void OnNothingStored(HttpContext context) => context.Items[NothingStoredItem] = true;

    /// <summary>Lets an update pass, or answers it. Only what is stored counts: a listing that is refused, or the repeat of a request, costs nothing.</summary>
    public async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        string client = ClientAddress.Of(http);
        // Taken before the body is read, so that many at once do not pass together.
        long length = Math.Min(http.Request.ContentLength ?? long.MaxValue, settings.MaxUpdateBytes);
        long cost = AnonymousBytes.CostOf(length);
        if (bytes.TryTake(client, cost, out AnonymousBytes.Taken taken) is { } limit)
        {
            return Refuse(http, limit, client);
        }

        long used = 0;
        try
        {
            object? result = await next(context);
            if (result is INestedHttpResult { Result: IStatusCodeHttpResult { StatusCode: StatusCodes.Status200OK } }
                && !http.Items.ContainsKey(NothingStoredItem))
            {
                used = AnonymousBytes.CostOf(UpdateBodies.LengthOf(http) ?? length);
            }

            return result;
        }
        finally
        {
            if (used < cost)
            {
                bytes.GiveBack(taken, cost - used);
            }
        }
    }

    /// <summary>What helps against a limit of those without the key.</summary>
    public static string Remedy(ApiKey key) => key.IsSet
        ? "Send the API key (Authorization: Bearer, or X-Api-Key): it has no such limit."
        : "With an API key there is no such limit: the server's operator sets FLIPR_API_KEY.";

    private ErrorResult Refuse(HttpContext http, UpdateLimit limit, string client)
    {
        bool isTotal = limit == UpdateLimit.TotalBytes;
        string message = isTotal
            ? $"All updates without the API key together have used up the {settings.MaxAnonymousBytesPerDayInTotal} bytes of this day (MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL). {Remedy(key)}"
            : $"This address has used up the {settings.MaxAnonymousBytesPerDay} bytes that it may store in a day without the API key (MAX_ANONYMOUS_BYTES_PER_DAY). {Remedy(key)}";
        refusals.Add(limit, isTotal ? null : client, message);
        return new ErrorResult(StatusCodes.Status429TooManyRequests, message, bytes.UntilTomorrow);
    }

    private sealed class ErrorResult(int status, string message, TimeSpan retryAfter) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Errors.WriteAsync(httpContext, status, message, retryAfter);
    }
}
