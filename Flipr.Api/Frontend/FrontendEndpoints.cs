using Flipr.ServiceDefaults;
using Microsoft.AspNetCore.StaticFiles;

namespace Flipr.Api.Frontend;

/// <summary>The page at <c>/</c>: the test frontend's build where there is one, else a plain page that is part of this program.</summary>
internal static class FrontendEndpoints
{
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    /// <summary>Maps one endpoint per file, so that the page never answers for a path of the API.</summary>
    public static void MapFrontend(this IEndpointRouteBuilder endpoints, FliprSettings settings)
    {
        // A page of another origin asks too: what it offers depends on the backend.
        var traits = new FrontendTraits(settings.IsProduction, KeyRequired: settings is { ApiKey: not null, AllowAnonymousUpdates: false });
        endpoints.MapGet("/frontend.json", () => TypedResults.Ok(traits)).ExcludeFromDescription();
        var page = new PageSettings(Backend: null, settings.PageBackends);
        endpoints.MapPageSettings(page);

        string build = Path.Combine(AppContext.BaseDirectory, "frontend");
        if (File.Exists(Path.Combine(build, "index.html")))
        {
            MapBuild(endpoints, build, page);
        }
        else
        {
            MapPlainPage(endpoints, page);
        }
    }

    private static void MapBuild(IEndpointRouteBuilder endpoints, string folder, PageSettings page)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !PageFile.IsCompressed(file)))
        {
            string path = Path.GetRelativePath(folder, file).Replace('\\', '/');
            // What the build put into assets/ has a hash of its content in its name: it never changes.
            string caching = path.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
            Map(endpoints, path, caching, page, contentType => new PageFile(file, contentType).ExecuteAsync);
        }
    }

    private static void MapPlainPage(IEndpointRouteBuilder endpoints, PageSettings page)
    {
        foreach (string name in (string[])["plain.html", "plain.css", "plain.js", "favicon.svg"])
        {
            byte[] content = ReadResource(name);
            Map(endpoints, name is "plain.html" ? "index.html" : name, "no-cache", page, contentType => TypedResults.Bytes(content, contentType).ExecuteAsync);
        }
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, string caching, PageSettings page, Func<string, RequestDelegate> answer)
    {
        RequestDelegate send = answer(ContentTypes.TryGetContentType(path, out string? type) ? WithCharset(type) : "application/octet-stream");
        endpoints.MapMethods(path is "index.html" ? "/" : path, [HttpMethods.Get, HttpMethods.Head], context =>
        {
            context.Response.Headers.CacheControl = caching;
            PagePolicy.Apply(context, page);
            return send(context);
        });
    }

    private static string WithCharset(string contentType) =>
        contentType.StartsWith("text/", StringComparison.Ordinal) ? contentType + "; charset=utf-8" : contentType;

    private static byte[] ReadResource(string name)
    {
        using Stream resource = typeof(FrontendEndpoints).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program was built without its resource {name}.");
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }
}
