using System.Text.Json;
using Flipr.Api.Database;
using Flipr.Api.Listings;
using Flipr.SocketIO;

namespace Flipr.Api.Changes;

/// <summary>The events by which a client says what it watches, and asks for what it has missed.</summary>
internal sealed class ChangeEvents(Watchers watchers, ChangeFeed feed, CatchUp catchUp)
{
    /// <summary>Registers the events for a client, which watches everything from here on. Its cursor (<see cref="ChangeFeed.Cursor"/>) is to be read afterwards.</summary>
    public async Task AddToAsync(Socket socket)
    {
        socket.OnDisconnect(_ => watchers.Forget(socket));
        socket.On<JsonData, Ack>("watch", (request, ack) => AnswerAsync(ack, async () =>
        {
            await watchers.WatchAsync(socket, ReadWatch(request.Json));
            return new WatchAnswer(feed.Cursor);
        }));
        socket.On<JsonData, Ack>("unwatch", (_, ack) => AnswerAsync(ack, async () =>
        {
            await watchers.WatchEverythingAsync(socket);
            return new WatchAnswer(feed.Cursor);
        }));
        socket.On<JsonData, Ack>("catch_up", (request, ack) => AnswerAsync(
            ack, () => catchUp.AnswerAsync(CatchUpRequest.Read(request.Json), CancellationToken.None)));
        await watchers.WatchEverythingAsync(socket);
    }

    private static async Task AnswerAsync<T>(Ack ack, Func<Task<T>> answer)
    {
        T result;
        try
        {
            result = await answer();
        }
        catch (Exception exception) when (exception is InvalidInputException or DatabaseUnavailableException)
        {
            await ack.SendAsync(new ErrorResponse(exception.Message));
            return;
        }

        await ack.SendAsync(result);
    }

    private static BoundingBox ReadWatch(JsonElement request) =>
        (request.ValueKind == JsonValueKind.Object ? CatchUpRequest.ReadBox(request) : null)
        ?? throw new InvalidInputException("""watch takes a box, as in {"bbox":[west,south,east,north]}. To watch everything: unwatch.""");
}
