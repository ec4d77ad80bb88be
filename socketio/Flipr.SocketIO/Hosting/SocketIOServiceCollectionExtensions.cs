using Flipr.SocketIO;
using Flipr.SocketIO.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a Socket.IO server to the services.</summary>
public static class SocketIOServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="SocketIOServer"/>. Map it with <c>app.MapSocketIO()</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options; impossible ones stop the start with a message.</param>
    public static IServiceCollection AddSocketIO(this IServiceCollection services, Action<SocketIOOptions>? configure = null)
    {
        services.AddMetrics();
        services.AddOptions<SocketIOOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SocketIOOptions>, SocketIOOptionsValidator>());
        services.TryAddSingleton<SocketIOMetrics>();
        services.TryAddSingleton<SocketIOServer>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SocketIOHostedService>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return services;
    }
}
