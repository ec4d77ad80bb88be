using System.Text.Json;
using Flipr.Api.Database;
using Flipr.Api.Listings;
using Flipr.Api.Security;
using Flipr.SocketIO;

namespace Flipr.Api.Changes;

/// <summary>The events by which a client says what it watches, and asks for what it has missed.</summary>
internal sealed class ChangeEvents(Watchers watchers, ChangeFeed feed, CatchUp catchUp)
{
    /// <summary>Registers the events for a client, which watches everything from here on.</summary>
    /// <param name="socket">The client.</param>
    /// <param name="limit">How fast it may send them.</param>
    /// <param name="welcome">Sends it its first event, with the cursor behind which it hears of every change.</param>
    public Task AddAsync(Socket socket, EventLimit limit, Func<string?, ValueTask> welcome)
    {
        socket.OnDisconnect(_ => watchers.Forget(socket));
        socket.On<JsonData, Ack>("watch", limit.Before((request, ack) => AnswerAsync(ack, () =>
        {
            BoundingBox box = ReadWatch(request.Json);
            return WatchAsync(ack, () => watchers.WatchAsync(socket, box));
        })));
        socket.On<JsonData, Ack>("unwatch", limit.Before((_, ack) => WatchAsync(ack, () => watchers.WatchEverythingAsync(socket))));
        var pages = new CatchUpPages();
        socket.On<JsonData, Ack>("catch_up", limit.Before(
            // Without an ack there is nobody to answer, and what is not answered is still to be announced.
            (request, ack) => !ack.IsRequested ? Task.CompletedTask : pages.InTurnAsync(() => AnswerAsync(ack, async () =>
            {
                pages.Begin();
                await ack.SendAsync(pages.End(await CatchUpAsync(socket, CatchUpRequest.Read(request.Json))));
            })),
            pages.IsContinuedBy));
        return feed.BetweenAnnouncementsAsync(async cursor =>
        {
            await watchers.WatchEverythingAsync(socket);
            await welcome(cursor?.ToString());
        });
    }

    private Task WatchAsync(Ack ack, Func<ValueTask> watch) => feed.BetweenAnnouncementsAsync(async cursor =>
    {
        await watch();
        await ack.SendAsync(new WatchAnswer(cursor?.ToString()));
    });

    private async Task<CatchUpAnswer> CatchUpAsync(Socket socket, CatchUpRequest request)
    {
        CaughtUp caughtUp = await catchUp.AnswerAsync(request, CancellationToken.None);
        if (caughtUp.Knows is { } knows)
        {
            // The log may be ahead of what is announced: what the client knows by this answer is not announced to it as well.
            await feed.BetweenAnnouncementsAsync(announced =>
            {
                if (announced?.DatabaseId == knows.DatabaseId && announced.Value.Position < knows.Position)
                {
                    watchers.Know(socket, request.Box, knows.Position);
                }

                return Task.CompletedTask;
            });
        }

        return caughtUp.Answer;
    }

    private static async Task AnswerAsync(Ack ack, Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (Exception exception) when (exception is InvalidInputException or DatabaseUnavailableException)
        {
            await ack.SendAsync(new ErrorResponse(exception.Message));
        }
    }

    private static BoundingBox ReadWatch(JsonElement request) =>
        (request.ValueKind == JsonValueKind.Object ? CatchUpRequest.ReadBox(request) : null)
        ?? throw new InvalidInputException("""watch takes a box, as in {"bbox":[west,south,east,north]}. To watch everything: unwatch.""");
}
