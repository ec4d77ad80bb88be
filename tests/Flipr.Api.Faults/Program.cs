using System.Globalization;
using Flipr.Api.Faults;

// dotnet run -c Release --project tests/Flipr.Api.Faults -- [fault ...] [--times 20] [--changes 2500] [--clients 50] [--api <program>]
string[] names = [.. args.TakeWhile(argument => !argument.StartsWith("--", StringComparison.Ordinal))];
int times = Option("--times", 20);
int changes = Option("--changes", 2500);
int clients = Option("--clients", 50);
if (Array.IndexOf(args, "--api") is var api and >= 0 && api + 1 < args.Length)
{
    ApiProgram.File = Path.GetFullPath(args[api + 1]); // A published binary, for example.
}

Fault[] faults = [.. Faults.All.Where(fault => names.Length == 0 || names.Contains(fault.Name))];
if (faults.Length == 0 || names.Except(Faults.All.Select(fault => fault.Name)).Any())
{
    Console.Error.WriteLine($"Faults are: {string.Join(", ", Faults.All.Select(fault => fault.Name))}.");
    return 2;
}

await Clients.InstallAsync();
await using PostgresCluster postgres = await PostgresCluster.StartNewAsync(isSynced: true);
Console.WriteLine($"Each fault {times} times, {changes} changes posted 16 at a time, {clients} clients.");
Console.WriteLine("| fault | runs | accepted | refused | logged | delivered | lost | duplicated | out of order | twice on the wire |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
bool isGood = true;
foreach (Fault fault in faults)
{
    var sum = new Outcome(0, 0, 0, 0, 0, 0, 0, 0, null);
    for (int i = 0; i < times; i++)
    {
        sum += await FaultRun.RunAsync(fault, postgres, changes, clients);
    }

    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {fault.Description} | {times} | {sum.Accepted:N0} | {sum.Refused:N0} | {sum.Logged:N0} | {sum.Delivered:N0} | {sum.Lost:N0} | {sum.Duplicated:N0} | {sum.OutOfOrder:N0} | {sum.Twice:N0} |"));
    if (sum.Problem is { } problem)
    {
        Console.WriteLine($"{fault.Name}: {problem}");
    }

    isGood &= sum.IsGood;
}

return isGood ? 0 : 1;

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
