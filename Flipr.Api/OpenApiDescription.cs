using System.Text.Json.Nodes;
using Flipr.Api.Listings;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Flipr.Api;

/// <summary>Adds to <c>/openapi/v1.json</c> what the code's types cannot tell: a listing is an open object, and parameters are read by hand.</summary>
internal static class OpenApiDescription
{
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.Title = "Flipr";
            document.Info.Version = HealthEndpoints.Version;
            document.Info.Description = "Listings over HTTP. The same listings are announced as they change through Socket.IO at /socket.io.";
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(ListingJson))
            {
                DescribeListing(schema);
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static async (operation, context, cancellationToken) =>
        {
            switch (context.Description.HttpMethod, context.Description.RelativePath)
            {
                case ("POST", "update"):
                    operation.RequestBody = new OpenApiRequestBody
                    {
                        Required = true,
                        Content = new Dictionary<string, OpenApiMediaType>
                        {
                            ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(ListingJson), null, cancellationToken) },
                        },
                    };
                    operation.Parameters =
                    [
                        new OpenApiParameter
                        {
                            Name = UpdateRequest.Header,
                            In = ParameterLocation.Header,
                            Description = "For a sender that may send again: the same key and body within a day have the same answer, and nothing is stored again. "
                                + "Without it the same body without an id within ten minutes is the same listing.",
                            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = UpdateRequest.MaxKeyLength },
                        },
                    ];
                    break;
                case ("GET", "properties"):
                    operation.Parameters =
                    [
                        Query("page", JsonSchemaType.Integer, "The page, from 1."),
                        Query("per_page", JsonSchemaType.Integer, "Listings on a page: 100 unless given, and at most."),
                        Query("price_min", JsonSchemaType.Number, "Only listings with at least this price."),
                        Query("price_max", JsonSchemaType.Number, "Only listings with at most this price."),
                        Query("bedrooms_min", JsonSchemaType.Number, "Only listings with at least as many bedrooms."),
                        Query("intensity_min", JsonSchemaType.Number, "Only listings with at least this intensity."),
                        Query("bbox", JsonSchemaType.String, "Only listings in the box west,south,east,north, edges included; west above east crosses the antimeridian."),
                    ];
                    break;
                default:
                    break;
            }
        });
    }

    private static OpenApiParameter Query(string name, JsonSchemaType type, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Description = description,
        Schema = new OpenApiSchema { Type = type },
    };

    private static void DescribeListing(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = "One property: an open object. Every field that was posted comes back as it came; these are known, and numbers may come as strings, a blank one for none.";
        schema.AdditionalPropertiesAllowed = true;
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["id"] = Field(JsonSchemaType.String, "The key; from identifier when it is missing, else made up."),
            ["address"] = Field(
                JsonSchemaType.String | JsonSchemaType.Object,
                $"One line, or an object with oneLine or its parts (line1, line2, locality, countrySubd, postal1). Comes back as the line, of at most {TextLimits.Address} characters; empty when there is none."),
            [ListingAddress.PartsField] = Field(JsonSchemaType.Object, "The address as it was posted, when that was an object."),
            ["latitude"] = Field(JsonSchemaType.Number, "Degrees from -90 to 90; also comes back as lat."),
            ["longitude"] = Field(JsonSchemaType.Number, "Degrees from -180 to 180; also comes back as lng."),
            ["price"] = Field(JsonSchemaType.Number, "From saleAmount when it is missing."),
            ["bedrooms"] = Field(JsonSchemaType.Integer, "From rooms.beds when it is missing."),
            ["bathrooms"] = Field(JsonSchemaType.Number, "From rooms.baths when it is missing."),
            ["intensity"] = Field(JsonSchemaType.Number, "How good a deal, 0.0 to 1.0; 0.0 when it is missing."),
            ["deal_rating"] = Field(JsonSchemaType.String, $"Unknown when it is missing. At most {TextLimits.DealRating} characters."),
            ["ai_evaluation_reasoning"] = Field(JsonSchemaType.String, $"Empty when it is missing. At most {TextLimits.AiEvaluationReasoning} characters."),
            ["timestamp"] = Field(JsonSchemaType.Integer, "Unix seconds; milliseconds and ISO 8601 are read too. Now when it is missing; without the API key, where one is set, at most five minutes ahead."),
        };
        schema.Examples = [JsonNode.Parse("""{"id":"kc-00001","address":"King County, WA 98125","latitude":47.721,"longitude":-122.319,"price":538000.0,"bedrooms":3}""")!];
    }

    private static OpenApiSchema Field(JsonSchemaType type, string description) => new() { Type = type, Description = description };
}
