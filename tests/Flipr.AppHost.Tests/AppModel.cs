using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Flipr.AppHost.Tests;

/// <summary>The app model as the app host builds it; nothing is started.</summary>
internal sealed class AppModel(DistributedApplication application) : IAsyncDisposable
{
    private readonly DistributedApplicationModel _model = application.Services.GetRequiredService<DistributedApplicationModel>();

    public IEnumerable<string> Names => _model.Resources.Select(resource => resource.Name);

    /// <param name="settings">Settings as on the command line, <c>--NAME=value</c>.</param>
    public static async Task<AppModel> BuildAsync(params string[] settings)
    {
        IDistributedApplicationTestingBuilder builder =
            await DistributedApplicationTestingBuilder.CreateAsync<Projects.Flipr_AppHost>(settings, TestContext.Current.CancellationToken);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        return new AppModel(await builder.BuildAsync(TestContext.Current.CancellationToken));
    }

    public IResource Resource(string name) => _model.Resources.Single(resource => resource.Name == name);

    public IEnumerable<T> Annotations<T>(string resource)
        where T : IResourceAnnotation => Resource(resource).Annotations.OfType<T>();

    /// <summary>The resources that one waits for.</summary>
    public IEnumerable<string> Waits(string resource) => Annotations<WaitAnnotation>(resource).Select(wait => wait.Resource.Name);

    /// <summary>The resources that the graph draws an edge to.</summary>
    public IEnumerable<string> References(string resource) =>
        Annotations<ResourceRelationshipAnnotation>(resource).Where(relationship => relationship.Type == "Reference").Select(relationship => relationship.Resource.Name);

    /// <summary>What a variable of the environment is made of, as a deployment's manifest would say it; null when it is not set.</summary>
    public async Task<string?> EnvironmentAsync(string resource, string variable)
    {
        var context = new EnvironmentCallbackContext(
            new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish), Resource(resource));
        foreach (EnvironmentCallbackAnnotation annotation in Annotations<EnvironmentCallbackAnnotation>(resource))
        {
            await annotation.Callback(context);
        }

        return context.EnvironmentVariables.GetValueOrDefault(variable) switch
        {
            null => null,
            IManifestExpressionProvider expression => expression.ValueExpression,
            var value => value.ToString(),
        };
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
