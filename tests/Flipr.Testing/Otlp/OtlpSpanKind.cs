namespace Flipr.Testing.Otlp;

/// <summary>A span's kind, by its number on the wire.</summary>
public enum OtlpSpanKind
{
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}
