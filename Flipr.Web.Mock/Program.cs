// Serves the test frontend from an origin of its own, as app.flipr.realty is one to the backend.
// The backend's address comes with the page's: /?api=http://localhost:5005
using Flipr.ServiceDefaults;
using Microsoft.Extensions.FileProviders;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();

var app = builder.Build();
app.MapDefaultEndpoints();

string page = Path.Combine(AppContext.BaseDirectory, "frontend");
if (Directory.Exists(page))
{
    app.UseFileServer(new FileServerOptions
    {
        FileProvider = new PhysicalFileProvider(page),
        StaticFileOptions = { OnPrepareResponse = static file => PagePolicy.Apply(file.Context) },
    });
}
else
{
    app.MapGet("/", () => Results.Text("The test frontend was not built: it needs Node.js 20.19 or newer and its npm packages. Build again, the warning says what is missing.", statusCode: 503));
}

app.Run();
