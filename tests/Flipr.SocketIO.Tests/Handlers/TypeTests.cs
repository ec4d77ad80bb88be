using System.Text.Json.Serialization;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>What the README says of C# types on the wire.</summary>
public sealed class TypeTests() : WireTest(Route.Raw1)
{
    private static readonly byte[] Bytes = [1, 2, 255];

    public enum Kind
    {
        House,
        Flat,
    }

    [Fact]
    public async Task Types_go_out_as_the_README_says()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await server.IO.EmitAsync("e", new Listing("a", Kind.Flat));
        await server.IO.EmitAsync("e", TimeSpan.FromSeconds(1));
        await server.IO.EmitAsync("e", new DateTimeOffset(2031, 5, 17, 12, 0, 0, TimeSpan.Zero));
        await server.IO.EmitAsync("e", new ArraySegment<byte>([3]));
        await server.IO.EmitAsync("e", new { a = Bytes, b = new ReadOnlyMemory<byte>(Bytes) });

        await client.ShouldReceiveAsync(
            "42[\"e\",{\"titleText\":\"a\",\"kind\":1}]",
            "42[\"e\",\"00:00:01\"]",
            "42[\"e\",\"2031-05-17T12:00:00+00:00\"]",
            "42[\"e\",[3]]",
            "452-[\"e\",{\"a\":{\"_placeholder\":true,\"num\":0},\"b\":{\"_placeholder\":true,\"num\":1}}]",
            Bytes,
            Bytes);
    }

    [Theory]
    [InlineData("listing", "{\"TITLETEXT\":\"a\",\"kind\":1}", "a Flat")]
    [InlineData("listing", "{}", "(null) House")]
    [InlineData("listing", "{\"titleText\":null}", "(null) House")]
    [InlineData("number", "5", "5")]
    [InlineData("number", "\"5\"", "5")]
    [InlineData("number", "", "0")]
    [InlineData("number", "null", null)]
    [InlineData("number", "\"x\"", null)]
    [InlineData("bytes", "\"AQL/\"", "0102FF")]
    [InlineData("duration", "\"00:00:01\"", "1")]
    public async Task Types_are_read_as_the_README_says(string name, string json, string? heard)
    {
        WireServer server = await StartAsync();

        Assert.Equal(heard, await HearAsync(server, name, json));
    }

    [Theory]
    [InlineData("listing", "{\"titleText\":\"a\",\"kind\":\"Flat\"}", "a Flat")]
    [InlineData("listing", "{}", null)]
    [InlineData("listing", "{\"titleText\":null,\"kind\":\"Flat\"}", null)]
    public async Task Options_make_reading_stricter_as_the_README_says(string name, string json, string? heard)
    {
        WireServer server = await StartAsync(options =>
        {
            options.Json.Converters.Add(new JsonStringEnumConverter());
            options.Json.RespectNullableAnnotations = true;
            options.Json.RespectRequiredConstructorParameters = true;
        });

        Assert.Equal(heard, await HearAsync(server, name, json));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Contexts_that_the_application_adds_write_its_types_as_strictly_as_the_options_say(bool strict)
    {
        WireServer server = await StartAsync(options =>
        {
            options.Json.TypeInfoResolverChain.Add(ListingContext.Default);
            options.Json.RespectNullableAnnotations = options.Json.RespectRequiredConstructorParameters = strict;
        });

        Assert.Equal("a Flat", await HearAsync(server, "listing", "{\"titleText\":\"a\",\"kind\":1}"));
        Assert.Equal(strict ? null : "(null) House", await HearAsync(server, "listing", "{}"));
    }

    [Fact]
    public async Task A_variables_type_counts_for_EmitAsync_the_values_own_for_EmitWithAckAsync()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);
        Base value = new Derived(1, 2);

        await server.IO.EmitAsync("e", value);
        await server.IO.EmitAsync("e", value, value, value, value);
        Task<int[]> asking = server.IO.EmitWithAckAsync<int>("e", value);

        await client.ShouldReceiveAsync(
            "42[\"e\",{\"a\":1}]",
            "42[\"e\",{\"b\":2,\"a\":1},{\"b\":2,\"a\":1},{\"b\":2,\"a\":1},{\"b\":2,\"a\":1}]",
            "420[\"e\",{\"b\":2,\"a\":1}]");
        await client.SendAsync("430[7]");
        Assert.Equal(7, Assert.Single(await asking.Within("the answer")));
    }

    // What the handler made of the argument; null if it was not called.
    private async Task<string?> HearAsync(WireServer server, string name, string json)
    {
        string? heard = null;
        EngineClient client = await JoinAsync(server);
        foreach (Socket each in server.IO.Sockets)
        {
            each.On("listing", (Listing listing) => heard = $"{listing.TitleText ?? "(null)"} {listing.Kind}");
            each.On("number", (int number) => heard = $"{number}");
            each.On("bytes", (byte[] bytes) => heard = Convert.ToHexString(bytes));
            each.On("duration", (TimeSpan duration) => heard = $"{duration.TotalSeconds}");
        }

        await client.SendAsync(json.Length == 0 ? $"42[\"{name}\"]" : $"42[\"{name}\",{json}]");
        await client.ShouldHaveNothingElseAsync();
        return heard;
    }

    public sealed record Listing(string TitleText, Kind Kind);

    public record Base(int A);

    public sealed record Derived(int A, int B) : Base(A);
}

/// <summary>Types of an application that brings their metadata.</summary>
[JsonSerializable(typeof(TypeTests.Listing))]
internal sealed partial class ListingContext : JsonSerializerContext;
