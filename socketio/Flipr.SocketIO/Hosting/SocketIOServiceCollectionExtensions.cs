using Flipr.SocketIO;
using Flipr.SocketIO.EngineIO;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Socket.IO servers to the services.</summary>
public static class SocketIOServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="SocketIOServer"/>. Map it with <c>app.MapSocketIO()</c>.</summary>
    /// <param name="services">The services.</param>
    public static ISocketIOBuilder AddSocketIO(this IServiceCollection services) => Add(services, Options.Options.DefaultName);

    /// <inheritdoc cref="AddSocketIO(IServiceCollection)"/>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options; impossible ones stop the start with a message.</param>
    public static ISocketIOBuilder AddSocketIO(this IServiceCollection services, Action<SocketIOOptions> configure)
    {
        services.Configure(configure);
        return services.AddSocketIO();
    }

    /// <summary>
    /// Adds a server with a name, beside others: a keyed service (<c>[FromKeyedServices("game")] SocketIOServer</c>) with named options of
    /// its own. Map it with <c>app.MapSocketIO("/game", "game")</c>. Servers share nothing: no sessions, no namespaces, no limits.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name. Its logs are in the category <c>Flipr.SocketIO.</c> and the name; its meter has it as the tag <c>socketio.server</c>.</param>
    /// <exception cref="ArgumentException">The name is <see langword="null"/> or empty.</exception>
    public static ISocketIOBuilder AddSocketIO(this IServiceCollection services, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Add(services, name);
    }

    /// <inheritdoc cref="AddSocketIO(IServiceCollection, string)"/>
    /// <param name="services">The services.</param>
    /// <param name="name">The name.</param>
    /// <param name="configure">Sets options of this server; impossible ones stop the start with a message.</param>
    public static ISocketIOBuilder AddSocketIO(this IServiceCollection services, string name, Action<SocketIOOptions> configure)
    {
        ISocketIOBuilder builder = services.AddSocketIO(name);
        services.Configure(name, configure);
        return builder;
    }

    private static SocketIOBuilder Add(IServiceCollection services, string name)
    {
        object? key = name.Length == 0 ? null : name;
        if (!services.Any(service => service.ServiceType == typeof(SocketIOServer) && Equals(service.ServiceKey, key)))
        {
            services.AddMetrics();
            services.AddOptions<SocketIOOptions>(name).ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SocketIOOptions>, SocketIOOptionsValidator>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, CrossOriginMatcherPolicy>());
            if (key is null)
            {
                services.AddSingleton(static provider => new SocketIOServer(Options.Options.DefaultName, provider));
            }
            else
            {
                services.AddKeyedSingleton(name, static (provider, key) => new SocketIOServer((string)key!, provider));
            }

            services.AddSingleton<IHostedService>(provider => new SocketIOHostedService(
                key is null ? provider.GetRequiredService<SocketIOServer>() : provider.GetRequiredKeyedService<SocketIOServer>(key),
                provider.GetRequiredService<IHostApplicationLifetime>()));
        }

        return new SocketIOBuilder(name, services);
    }
}
