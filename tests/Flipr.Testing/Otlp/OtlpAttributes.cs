using System.Globalization;

namespace Flipr.Testing.Otlp;

/// <summary>Attributes as texts.</summary>
internal static class OtlpAttributes
{
    /// <summary>Reads fields of the type <c>KeyValue</c>.</summary>
    public static IReadOnlyDictionary<string, string> Read(ProtobufMessage owner, int field)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ProtobufMessage pair in owner.Messages(field))
        {
            attributes[pair.Text(1)] = pair.Messages(2).FirstOrDefault() is { } value ? Text(value) : "";
        }

        return attributes;
    }

    /// <summary>An <c>AnyValue</c>: a string, a bool, an integer, or a floating-point number; what is composed stays unread.</summary>
    public static string Text(ProtobufMessage value) =>
        value.Has(1) ? value.Text(1)
        : value.Has(2) ? (value.Number(2) != 0).ToString()
        : value.Has(3) ? ((long)value.Number(3)).ToString(CultureInfo.InvariantCulture)
        : value.Has(4) ? value.Real(4).ToString(CultureInfo.InvariantCulture)
        : "(composed)";
}
