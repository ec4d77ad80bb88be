using Flipr.Probe.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Probe.Tests;

/// <summary>A server answers, and no Socket.IO server at that path.</summary>
public sealed class AddressFaultTests
{
    [Fact]
    public async Task A_single_page_app_that_answers_every_path_is_told_from_a_server()
    {
        await using WebServer server = await WebServer.StartAsync(app => app.Run(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<!doctype html><title>Flipr</title>");
        }));

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority);

        FaultTable.Holds("the frontend's host, which answers every path with its page", "html", "polling", result, server.Authority);
        Assert.False(result.Client("['websocket', 'polling']").Connects);
    }

    [Fact]
    public async Task A_wrong_path_is_told_so()
    {
        await using WebServer server = await WebServer.StartSocketIOAsync();

        FaultTable.Holds("a wrong path", "not-socketio", "polling", await ProbeProgram.DiagnoseAsync($"{server.Authority}/live/"), server.Authority);
    }

    [Fact]
    public async Task A_name_that_Render_has_no_service_for_is_told_so()
    {
        await using WebServer server = await WebServer.StartAsync(app => app.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            context.Response.Headers["x-render-routing"] = "no-server";
            return context.Response.WriteAsync("Not Found");
        }));

        FaultTable.Holds("a name that Render has no service for", "no-service", "polling", await ProbeProgram.DiagnoseAsync(server.Authority), server.Authority);
    }

    [Fact]
    public async Task A_server_that_says_itself_that_it_is_not_well_is_a_failure_and_its_sockets_are_still_looked_at()
    {
        await using WebServer server = await WebServer.StartAsync(
            app =>
            {
                app.MapSocketIO();
                app.MapGet("/healthz", () => Results.Json(new { status = "degraded", database = "PostgreSQL", reason = "The database does not answer." }, statusCode: 503));
            }, services => services.AddSocketIO());

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle");

        FaultTable.Holds("a backend whose database is away", "unhealthy", "health", result, server.Authority);
        Assert.True(result.Client("['websocket', 'polling']").Connects);
    }
}
