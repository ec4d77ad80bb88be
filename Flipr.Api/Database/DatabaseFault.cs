namespace Flipr.Api.Database;

/// <summary>Why a database is not usable now.</summary>
/// <param name="Reason">In a few words without addresses or secrets.</param>
/// <param name="SchemaIsMissing">Whether it answers, but lost its tables.</param>
internal sealed record DatabaseFault(string Reason, bool SchemaIsMissing = false);
