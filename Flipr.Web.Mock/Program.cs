// Serves the test frontend from an origin of its own, as app.flipr.realty is one to the backend.
// The backend comes from service discovery (services__api__http__0, as Aspire sets it), or with the page's address: /?api=http://localhost:5005
using Flipr.ServiceDefaults;
using Flipr.Web.Mock;
using Microsoft.Extensions.FileProviders;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();

PageSettings settings;
try
{
    settings = HostSettings.Read(builder.Configuration, builder.Environment);
}
catch (FormatException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapPageSettings(settings);

string page = Path.Combine(AppContext.BaseDirectory, "frontend");
if (Directory.Exists(page))
{
    app.UseFileServer(new FileServerOptions
    {
        FileProvider = new PhysicalFileProvider(page),
        StaticFileOptions =
        {
            OnPrepareResponse = file =>
            {
                // Else a browser goes on with the policy of the backend before.
                file.Context.Response.Headers.CacheControl = "no-cache";
                PagePolicy.Apply(file.Context, settings);
            },
        },
    });
}
else
{
    app.MapGet("/", () => Results.Text("The test frontend was not built: it needs Node.js 20.19 or newer and its npm packages. Build again, the warning says what is missing.", statusCode: 503));
}

await app.RunAsync();
return 0;
