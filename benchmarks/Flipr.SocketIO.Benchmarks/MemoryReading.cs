using System.Globalization;
using System.Text.Json;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>A server's memory as it told it.</summary>
internal readonly record struct MemoryReading(long Heap, long Resident)
{
    public static MemoryReading From(JsonElement answer) => new(answer[0].GetInt64(), answer[1].GetInt64());

    public static MemoryReading operator -(MemoryReading left, MemoryReading right) => new(left.Heap - right.Heap, left.Resident - right.Resident);

    /// <summary>The larger of the two: a bound holds for both.</summary>
    public long Largest => Math.Max(Heap, Resident);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"heap {Heap / 1048576.0:N1} MB, resident {Resident / 1048576.0:N1} MB");
}
