using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Flipr.ServiceDefaults;

/// <summary>Tells the page where it may connect.</summary>
public static class PageSettingsEndpoint
{
    /// <summary>Maps <c>/page.json</c>: the page reads it before it connects to anybody.</summary>
    public static void MapPageSettings(this IEndpointRouteBuilder endpoints, PageSettings settings)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(settings, PageSettingsContext.Default.PageSettings);
        endpoints.MapMethods("/page.json", [HttpMethods.Get, HttpMethods.Head], context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = content.Length;
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(content).AsTask();
        });
    }
}
