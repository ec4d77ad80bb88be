namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>An application's type with binary data at any depth.</summary>
internal sealed class Tree
{
    public string? Text { get; init; }

    public byte[]? Bytes { get; init; }

    public IReadOnlyList<Tree>? Children { get; init; }

    public IReadOnlyDictionary<string, Tree>? Named { get; init; }

    public int BinaryValues => (Bytes is null ? 0 : 1) + (Children ?? []).Sum(static child => child.BinaryValues) + (Named?.Values ?? []).Sum(static child => child.BinaryValues);

    public bool IsSameAs(Tree? other) =>
        other is not null && Text == other.Text && Bytes.AsSpan().SequenceEqual(other.Bytes) && Bytes is null == other.Bytes is null
        && (Children?.Count ?? -1) == (other.Children?.Count ?? -1) && (Children ?? []).Zip(other.Children ?? []).All(static pair => pair.First.IsSameAs(pair.Second))
        && (Named?.Count ?? -1) == (other.Named?.Count ?? -1) && (Named ?? new Dictionary<string, Tree>()).All(member => other.Named!.TryGetValue(member.Key, out Tree? same) && member.Value.IsSameAs(same));
}
