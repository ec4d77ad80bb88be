namespace Flipr.Api.Faults;

/// <summary>Something that goes wrong while listings arrive.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Description">What happens, for the table.</param>
/// <param name="UsesPostgres">Else SQLite.</param>
/// <param name="Instances">How many instances serve, each with its share of the clients and of the posts.</param>
/// <param name="Entrance">What stands before the instances.</param>
/// <param name="InjectAsync">Makes it happen, while the load runs on.</param>
internal sealed record Fault(string Name, string Description, bool UsesPostgres, int Instances, Entrance Entrance, Func<FaultRun, Task> InjectAsync);
