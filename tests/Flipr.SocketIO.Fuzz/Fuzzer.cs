using System.Diagnostics;

namespace Flipr.SocketIO.Fuzz;

/// <summary>Runs one target on generated and mutated inputs. The same seed gives the same inputs.</summary>
internal sealed class Fuzzer(IFuzzTarget target, int seed)
{
    private const int MaxLength = 4096;
    private const int MaxCorpus = 5_000;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(seed);
    private readonly List<byte[]> _corpus = [.. target.Seeds];
    private readonly HashSet<string> _outcomes = [];
    private readonly HashSet<string> _findings = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private byte[] _current = [];
    private long _startedAt = -1;

    public long Executions { get; private set; }

    public int Findings => _findings.Count;

    public int Outcomes => _outcomes.Count;

    /// <summary>Runs for a while; may be called again to go on.</summary>
    public void Run(TimeSpan duration)
    {
        TimeSpan end = _clock.Elapsed + duration;
        var mutator = new Mutator(_random, target.Tokens, MaxLength);
        using var watchdog = new Timer(_ => CheckHang(), null, Hang, Hang);
        if (Executions == 0)
        {
            foreach (byte[] input in target.Seeds)
            {
                Try(input);
            }
        }

        while (_clock.Elapsed < end)
        {
            for (int i = 0; i < 256; i++)
            {
                Try(_random.Next(4) == 0 ? target.Generate(_random) : mutator.Mutate(_corpus[_random.Next(_corpus.Count)], _corpus));
            }
        }
    }

    private void Try(byte[] input)
    {
        _current = input;
        Volatile.Write(ref _startedAt, _clock.ElapsedMilliseconds);
        Executions++;
        try
        {
            string outcome = target.Run(input);
            if (_outcomes.Add(outcome) && _corpus.Count < MaxCorpus)
            {
                _corpus.Add(input);
            }
        }
        catch (Exception exception)
        {
            // Whatever comes out of a parser is a finding: that is what this program is for.
            string finding = Describe(exception);
            if (_findings.Add(finding))
            {
                byte[] smallest = Minimise(input, finding);
                Console.WriteLine($"FINDING {target.Name}, seed {seed}, execution {Executions}: {finding}");
                Console.WriteLine($"  input {Convert.ToHexString(smallest)}");
                Console.WriteLine($"  text  {System.Text.Encoding.UTF8.GetString(smallest)}");
                Console.WriteLine(exception.StackTrace);
            }
        }
        finally
        {
            Volatile.Write(ref _startedAt, -1);
        }
    }

    /// <summary>Leaves out what the finding does not need.</summary>
    private byte[] Minimise(byte[] input, string finding)
    {
        for (int size = Math.Max(1, input.Length / 2); size > 0; size /= 2)
        {
            for (int at = 0; at + size <= input.Length;)
            {
                byte[] shorter = [.. input[..at], .. input[(at + size)..]];
                if (Fails(shorter, finding))
                {
                    input = shorter;
                }
                else
                {
                    at++;
                }
            }
        }

        return input;
    }

    private bool Fails(byte[] input, string finding)
    {
        try
        {
            target.Run(input);
            return false;
        }
        catch (Exception exception)
        {
            // The same finding, with less.
            return Describe(exception) == finding;
        }
    }

    private static string Describe(Exception exception) =>
        exception is FindingException ? exception.Message : $"{exception.GetType().Name} in {new StackTrace(exception).GetFrames().FirstOrDefault(frame => frame.GetMethod()?.DeclaringType?.Namespace?.StartsWith("Flipr", StringComparison.Ordinal) == true)?.GetMethod()?.Name}";

    private void CheckHang()
    {
        long startedAt = Volatile.Read(ref _startedAt);
        if (startedAt >= 0 && _clock.ElapsedMilliseconds - startedAt > Hang.TotalMilliseconds)
        {
            Console.WriteLine($"FINDING {target.Name}, seed {seed}, execution {Executions}: it hangs");
            Console.WriteLine($"  input {Convert.ToHexString(_current)}");
            Environment.Exit(2);
        }
    }
}
