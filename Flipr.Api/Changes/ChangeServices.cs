namespace Flipr.Api.Changes;

/// <summary>Registers the change log's services.</summary>
internal static class ChangeServices
{
    public static void AddChanges(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ChangeSignal>().AddSingleton<Watchers>().AddSingleton<ChangeAnnouncer>().AddSingleton<CatchUp>().AddSingleton<ChangeEvents>();
        builder.Services.AddSingleton<ChangeFeed>().AddHostedService(static services => services.GetRequiredService<ChangeFeed>());
        builder.Services.AddHostedService<ChangePruning>();
    }
}
