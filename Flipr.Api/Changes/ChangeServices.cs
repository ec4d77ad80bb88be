using System.Diagnostics.CodeAnalysis;

namespace Flipr.Api.Changes;

/// <summary>Registers the change log's services.</summary>
internal static class ChangeServices
{
    public static void AddChanges(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ChangeSignal>().AddSingleton<Watchers>().AddSingleton<ChangeAnnouncer>().AddSingleton<CatchUp>().AddSingleton<ChangeEvents>();
        builder.Services.AddSingleton<ChangeFeed>().AddHostedService(static services => services.GetRequiredService<ChangeFeed>());
        builder.Services.AddHostedService<ChangePruning>().AddHostedService<ChangeLogBudget>();
    }

    /// <summary>Adds a database's log, read so that no single entry can hold up the others.</summary>
    public static void AddChangeLog<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IServiceCollection services)
        where T : class, IChangeLog =>
        services.AddSingleton<T>().AddSingleton<IChangeLog>(static provider =>
            new PatientChangeLog(provider.GetRequiredService<T>(), provider.GetRequiredService<ILogger<PatientChangeLog>>()));
}
