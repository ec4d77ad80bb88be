using System.Net;
using System.Text;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>What happens to a property on the way in, seen through HTTP.</summary>
public sealed class NormalisationTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiHost _api = shared.Api;

    [Theory]
    // Every value comes back as it was spelled.
    [InlineData("1.10")]
    [InlineData("12345678901234567890")]
    [InlineData("0.1000000000000000055511151231257827")]
    [InlineData("1e5")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("5e-324")]
    [InlineData("1.7976931348623157E+308")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"caf\\u00e9 \\\"quoted\\\" \\n \U0001F3E0 <b>&amp;</b>\"")]
    [InlineData("[1,2.0,[\"x\",{}],null]")]
    [InlineData("{\"b\":1,\"a\":{\"c\":[]}}")]
    [InlineData("{\"_placeholder\":true,\"num\":0}")]
    public async Task Unknown_fields_come_back_value_for_value(string value)
    {
        await _api.StoreAsync($$"""{"id":"a","unknown":{{value}}}""");

        Assert.Equal(value, (await _api.PropertyAsync("a")).GetProperty("unknown").GetRawText());
    }

    [Theory]
    [InlineData("""{"latitude":47.50,"longitude":-122.1}""", """{"latitude":47.50,"longitude":-122.1,"lat":47.50,"lng":-122.1}""")]
    [InlineData("""{"latitude":"47.50"}""", """{"latitude":47.50,"lat":47.50,"longitude":none,"lng":none}""")]
    [InlineData("""{"lat":1,"lng":2}""", """{"lat":1,"lng":2,"latitude":none}""")]
    [InlineData("""{"lat":1,"latitude":2}""", """{"lat":1,"latitude":2}""")]
    [InlineData("""{"latitude":null,"longitude":null}""", """{"latitude":null,"lat":none}""")]
    [InlineData("""{"latitude":90,"longitude":-180.0}""", """{"lat":90,"lng":-180.0}""")]
    [InlineData("""{"rooms":{"beds":3.0,"baths":"2.5"}}""", """{"bedrooms":3,"bathrooms":2.5,"rooms":{"beds":3.0,"baths":"2.5"}}""")]
    [InlineData("""{"bedrooms":null,"rooms":{"beds":3}}""", """{"bedrooms":3}""")]
    [InlineData("""{"bedrooms":4,"rooms":{"beds":3}}""", """{"bedrooms":4}""")]
    [InlineData("""{"rooms":{"beds":null},"bathrooms":null}""", """{"bedrooms":none,"bathrooms":null}""")]
    [InlineData("""{"rooms":5}""", """{"rooms":5,"bedrooms":none}""")]
    [InlineData("""{"bedrooms":"3"}""", """{"bedrooms":3}""")]
    [InlineData("""{"bedrooms":3e0}""", """{"bedrooms":3}""")]
    [InlineData("""{"saleAmount":450000.50}""", """{"price":450000.50,"saleAmount":450000.50}""")]
    [InlineData("""{"saleAmount":1,"price":2}""", """{"price":2,"saleAmount":1}""")]
    [InlineData("""{"saleAmount":1,"price":null}""", """{"price":1}""")]
    [InlineData("""{"price":" 450000.10 "}""", """{"price":450000.10}""")]
    [InlineData("""{"price":"+5"}""", """{"price":5}""")]
    [InlineData("""{"price":"1e3"}""", """{"price":1e3}""")]
    [InlineData("""{"price":null}""", """{"price":null}""")]
    [InlineData("""{"address":"1 Pine St"}""", """{"address":"1 Pine St"}""")]
    [InlineData("""{"address":{"oneLine":"1 Pine St","city":"x"}}""", """{"address":"1 Pine St","address_parts":{"oneLine":"1 Pine St","city":"x"}}""")]
    [InlineData("""{"address_parts":1,"address":{"oneLine":"2 Pine St"}}""", """{"address_parts":{"oneLine":"2 Pine St"},"address":"2 Pine St"}""")]
    [InlineData("""{"address_parts":1,"address":"3 Pine St"}""", """{"address_parts":1,"address":"3 Pine St"}""")]
    [InlineData("""{"price":"","bedrooms":" ","bathrooms":"","intensity":"","latitude":"","lng":"\t"}""", """{"price":"","bedrooms":" ","intensity":0.0,"latitude":"","lat":none,"longitude":none}""")]
    [InlineData("""{"price":"","saleAmount":7,"bedrooms":"","rooms":{"beds":3,"baths":""},"lat":"","latitude":1}""", """{"price":7,"bedrooms":3,"bathrooms":none,"lat":1}""")]
    [InlineData("""{"rooms":{"beds":""},"saleAmount":""}""", """{"bedrooms":none,"price":none,"saleAmount":""}""")]
    [InlineData("{}", """{"intensity":0.0,"deal_rating":"Unknown","ai_evaluation_reasoning":""}""")]
    [InlineData("""{"intensity":null,"deal_rating":null,"ai_evaluation_reasoning":null}""", """{"intensity":0.0,"deal_rating":"Unknown","ai_evaluation_reasoning":""}""")]
    [InlineData("""{"intensity":"0.85","deal_rating":"Hot","ai_evaluation_reasoning":"cheap"}""", """{"intensity":0.85,"deal_rating":"Hot","ai_evaluation_reasoning":"cheap"}""")]
    [InlineData("""{"intensity":1}""", """{"intensity":1}""")]
    [InlineData("""{"timestamp":1700000000}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":"1700000000"}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":1700000000.75}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":1700000000123}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":100000000001}""", """{"timestamp":100000000}""")]
    [InlineData("""{"timestamp":"2023-11-14T22:13:20Z"}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":"2023-11-14T22:13:20"}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":"2023-11-14 22:13:20.123456789"}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":"2023-11-15T00:13:20+02:00"}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":"2023-11-14T16:43:20-0530"}""", """{"timestamp":1700000000}""")]
    [InlineData("""{"timestamp":"2023-11-14T22:13Z"}""", """{"timestamp":1699999980}""")]
    [InlineData("""{"timestamp":"2023-11-14"}""", """{"timestamp":1699920000}""")]
    [InlineData("""{"x":1,"x":{"y":1,"y":2},"y":3}""", """{"x":{"y":2},"y":3}""")]
    [InlineData("""{"price":"bad","pr\u0069ce":5}""", """{"price":5}""")]
    public async Task Known_fields_get_their_one_form(string posted, string expected)
    {
        string id = await _api.StoreAsync(posted);

        JsonElement stored = await _api.PropertyAsync(id);
        foreach (JsonProperty field in JsonElement.Parse(expected.Replace(":none", ":\"<none>\"", StringComparison.Ordinal)).EnumerateObject())
        {
            string actual = stored.TryGetProperty(field.Name, out JsonElement value) ? value.GetRawText() : "\"<none>\"";
            Assert.Equal($"{field.Name} {field.Value.GetRawText()}", $"{field.Name} {actual}");
        }
    }

    [Theory]
    [InlineData("""{"id":"kc-1"}""", "kc-1")]
    [InlineData("""{"id":" a/b?c%2F#d "}""", " a/b?c%2F#d ")]
    [InlineData("""{"id":"日本 é"}""", "日本 é")]
    [InlineData("""{"id":42}""", "42")]
    [InlineData("""{"id":12345678901234567890}""", "12345678901234567890")]
    [InlineData("""{"identifier":"i-1"}""", "i-1")]
    [InlineData("""{"id":null,"identifier":"i-1"}""", "i-1")]
    [InlineData("""{"id":"","identifier":"i-1"}""", "i-1")]
    [InlineData("""{"id":"kc-1","identifier":"i-1"}""", "kc-1")]
    [InlineData("""{"identifier":{"Id":7,"attomId":184713191}}""", "184713191")]
    [InlineData("""{"identifier":{"Id":"7","attomId":null}}""", "7")]
    public async Task The_id_comes_from_what_was_posted(string posted, string expected)
    {
        Assert.Equal(expected, await _api.StoreAsync(posted));

        Assert.Equal(expected, (await _api.PropertyAsync(expected)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_house_collected_again_updates_and_one_without_a_name_gets_an_id_of_its_own()
    {
        long before = await TotalAsync();
        await _api.StoreAsync("""{"identifier":{"attomId":184700001},"price":1}""");
        await _api.StoreAsync("""{"identifier":{"attomId":"184700001"},"price":2}""");
        string[] generated = [await _api.StoreAsync("""{"nameless":1}"""), await _api.StoreAsync("""{"nameless":2}""")];

        Assert.Equal(before + 3, await TotalAsync());
        Assert.NotEqual(generated[0], generated[1]);
        Assert.Equal(2, (await _api.PropertyAsync("184700001")).GetProperty("price").GetInt32());
    }

    [Fact]
    public async Task A_missing_timestamp_is_now()
    {
        long before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string id = await _api.StoreAsync("""{"timestamp":null}""");
        string blank = await _api.StoreAsync("""{"timestamp":" "}""");

        Assert.InRange((await _api.PropertyAsync(id)).GetProperty("timestamp").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.InRange((await _api.PropertyAsync(blank)).GetProperty("timestamp").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("{'a':1}", "not JSON")]
    [InlineData("{\"a\":1,}", "not JSON")]
    [InlineData("{\"a\":NaN}", "not JSON")]
    [InlineData("{} {}", "not JSON")]
    [InlineData("null", "JSON null")]
    [InlineData("[{}]", "JSON array")]
    [InlineData("\"x\"", "JSON string")]
    [InlineData("true", "JSON boolean")]
    [InlineData("""{"latitude":90.0001}""", "latitude is 90.0001, out of range")]
    [InlineData("""{"lat":-91}""", "lat is -91, out of range")]
    [InlineData("""{"lat":1,"latitude":99}""", "latitude is 99, out of range")]
    [InlineData("""{"longitude":"180.5"}""", "longitude is 180.5, out of range")]
    [InlineData("""{"lng":-1e9}""", "lng is -1e9, out of range")]
    [InlineData("""{"latitude":"north"}""", "latitude \"north\"")]
    [InlineData("""{"latitude":true}""", "latitude true")]
    [InlineData("""{"price":"450,000"}""", "price \"450,000\"")]
    [InlineData("""{"price":"NaN"}""", "price \"NaN\"")]
    [InlineData("""{"price":"Infinity"}""", "price \"Infinity\"")]
    [InlineData("""{"price":"0x10"}""", "price \"0x10\"")]
    [InlineData("""{"price":[1]}""", "price (a JSON array)")]
    [InlineData("""{"saleAmount":"call us"}""", "saleAmount \"call us\"")]
    [InlineData("""{"bedrooms":2.5}""", "bedrooms is 2.5")]
    [InlineData("""{"bedrooms":3000000000}""", "bedrooms is 3000000000")]
    [InlineData("""{"rooms":{"beds":"many"}}""", "rooms.beds \"many\"")]
    [InlineData("""{"rooms":{"beds":2.5}}""", "rooms.beds is 2.5")]
    [InlineData("""{"bathrooms":{}}""", "bathrooms (a JSON object)")]
    [InlineData("""{"intensity":1.01}""", "intensity is 1.01")]
    [InlineData("""{"intensity":-0.1}""", "intensity is -0.1")]
    [InlineData("""{"timestamp":"yesterday"}""", "timestamp \"yesterday\"")]
    [InlineData("""{"timestamp":"2023-02-30"}""", "timestamp")]
    [InlineData("""{"timestamp":5000000000}""", "timestamp 5000000000")]
    [InlineData("""{"timestamp":"9999-01-01"}""", "timestamp")]
    [InlineData("""{"timestamp":false}""", "timestamp false")]
    [InlineData("""{"id":true}""", "id is a JSON boolean")]
    [InlineData("""{"id":{}}""", "id is a JSON object")]
    [InlineData("""{"id":"."}""", "id is \".\"")]
    [InlineData("""{"id":".."}""", "id is \"..\"")]
    [InlineData("""{"identifier":{"attomId":".."}}""", "identifier is \"..\"")]
    [InlineData("""{"huge":1e400}""", "huge does not fit")]
    [InlineData("""{"tiny":[{"x":1e-400}]}""", "tiny does not fit")]
    [InlineData("""{"note":"a\u0000b"}""", "note holds a NUL")]
    [InlineData("""{"deep":[{"x":"\u0000"}]}""", "deep holds a NUL")]
    [InlineData("""{"a\u0000":1}""", "name holds a NUL")]
    [InlineData("""{"deep":{"a\u0000":1}}""", "name in deep holds a NUL")]
    [InlineData("""{"note":"\ud83c"}""", "note holds half a surrogate pair")]
    [InlineData("""{"note":"\udfe0\ud83c"}""", "note holds half a surrogate pair")]
    [InlineData("""{"\ud83c":1}""", "name holds half a surrogate pair")]
    public async Task What_cannot_be_stored_is_refused_by_name(string posted, string expected)
    {
        long before = await TotalAsync();
        string message = await _api.RefusedAsync(posted);

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(". Send ", message, StringComparison.Ordinal); // The remedy.
        Assert.Equal(before, await TotalAsync());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        Assert.Contains("UTF-8", await _api.RefusedAsync([.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8]), StringComparison.Ordinal);
        Assert.Contains("UTF-8", await _api.RefusedAsync([.. "{\"a\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]), StringComparison.Ordinal);
        Assert.Contains("not JSON", await _api.RefusedAsync([.. "{\"a\":\""u8, 0x00, .. "\"}"u8]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_order_mark_does_no_harm()
    {
        using HttpResponseMessage response = await _api.PostAsync([.. Encoding.UTF8.Preamble, .. "{\"id\":\"a\"}"u8]);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Nesting_and_ids_have_a_limit()
    {
        await _api.StoreAsync($$"""{"a":{{new string('[', 63)}}{{new string(']', 63)}}}""");
        Assert.Contains("64 levels", await _api.RefusedAsync($$"""{"a":{{new string('[', 64)}}{{new string(']', 64)}}}"""), StringComparison.Ordinal);

        await _api.StoreAsync($$"""{"id":"{{new string('x', 1000)}}"}""");
        Assert.Contains("id is longer", await _api.RefusedAsync($$"""{"id":"{{new string('é', 501)}}"}"""), StringComparison.Ordinal);
    }

    private async Task<long> TotalAsync() => (await _api.GetAsync("/status")).GetProperty("total_properties").GetInt64();
}
