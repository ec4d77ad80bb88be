using Flipr.Probe;
using Flipr.Probe.Reports;

const int UsageError = 2;
const int Failed = 1;
const int Interrupted = 130;

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupt.Cancel();
};

try
{
    if (CommandLine.Read(args) is not { } options)
    {
        Console.WriteLine(CommandLine.Help);
        return 0;
    }

    bool isTerminal = !Console.IsOutputRedirected;
    IReport report = options.Json ? new JsonReport(Console.Out) : new TerminalReport(Console.Out, isTerminal, isTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "");
    return await ProbeRun.RunAsync(options, report, interrupt.Token);
}
catch (UsageException exception)
{
    Console.Error.WriteLine(exception.Message);
    Console.Error.WriteLine("flipr-probe --help shows how it is used.");
    return UsageError;
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted.");
    return Interrupted;
}
catch (Exception exception)
{
    Console.Error.WriteLine($"The probe itself failed, which is a defect of it: {exception}");
    return Failed;
}
