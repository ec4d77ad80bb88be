// Fuzzes the parsers of what clients send: dotnet run -c Release --project tests/Flipr.SocketIO.Fuzz -- [minutes] [seed]
using System.Globalization;
using Flipr.SocketIO.Fuzz;

double minutes = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 1;
int seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Random.Shared.Next();
Console.WriteLine($"Fuzzing for {minutes.ToString(CultureInfo.InvariantCulture)} minutes with seed {seed}.");

IFuzzTarget[] targets = [new PollingTarget(), new PacketTarget()];
Fuzzer[] fuzzers = [.. targets.Select(target => new Fuzzer(target, seed))];

// In turns, so that an interrupted run has tried both.
const int Turns = 10;
TimeSpan turn = TimeSpan.FromMinutes(minutes) / Turns;
for (int i = 1; i <= Turns; i++)
{
    // Polling payloads are the simpler grammar.
    fuzzers[0].Run(turn / 4);
    fuzzers[1].Run(turn * 3 / 4);
    for (int j = 0; j < targets.Length; j++)
    {
        TimeSpan spent = turn * i * (j == 0 ? 1 : 3) / 4;
        Console.WriteLine(
            $"{i * 100 / Turns,3} %  {targets[j].Name,-8} {fuzzers[j].Executions,12:N0} executions, {fuzzers[j].Executions / spent.TotalSeconds,9:N0}/s, {fuzzers[j].Outcomes} outcomes, {fuzzers[j].Findings} findings");
    }
}

int findings = fuzzers.Sum(fuzzer => fuzzer.Findings);
Console.WriteLine(findings == 0 ? "No findings." : $"{findings} findings.");
return findings == 0 ? 0 : 1;
