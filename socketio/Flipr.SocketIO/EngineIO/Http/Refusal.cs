namespace Flipr.SocketIO.EngineIO;

/// <summary>Why a request is refused.</summary>
/// <param name="Error">The code that the client gets.</param>
/// <param name="Name">The case, in capitals, where the code has several.</param>
/// <param name="Defect">The case in words.</param>
internal sealed record Refusal(EngineError Error, string? Name, string Defect)
{
    /// <summary>What the client is told instead of the code's own text.</summary>
    public string? Message { get; init; }

    /// <summary>The session that the request was for.</summary>
    public string? Sid { get; init; }

    /// <summary>The transport that the request asked for.</summary>
    public string? Transport { get; init; }

    /// <summary>The transport that the session is on, where that is another one.</summary>
    public string? PreviousTransport { get; init; }

    /// <summary>Whether the log says it already, in words of its own.</summary>
    public bool IsLogged { get; init; }

    /// <summary>Name and words, for the log.</summary>
    public string Cause => Name is null ? Defect : $"{Name}: {Defect}";
}
