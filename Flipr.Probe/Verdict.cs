using System.Globalization;

namespace Flipr.Probe;

/// <summary>What the stages' findings mean for socket.io-client, by its option <c>transports</c>.</summary>
internal static class Verdict
{
    /// <summary>Flipr's frontend's own: WebSocket first, and no second try over polling (only <c>tryAllTransports</c> of 4.8 has one).</summary>
    private const string Flipr = "['websocket', 'polling']";

    private const string Default = "['polling', 'websocket']";
    private const string Polling = "['polling']";

    public static ClientVerdict[] Of(ProbeContext context) => [OverWebSocket(context), OverPolling(context, Default), OverPolling(context, Polling)];

    private static ClientVerdict OverWebSocket(ProbeContext context)
    {
        if (FirstFailed(context, "name", "tcp", "tls", "http", "websocket", "namespace") is { } fault)
        {
            bool pollingWould = fault.Stage == "websocket" && context.HasPassed("polling");
            return new(Flipr, false, $"no: {fault.Stage}: {fault.Finding.Summary}." + (pollingWould ? " It tries WebSocket first, and does not fall back to polling (that takes tryAllTransports: true, from 4.8 on)." : ""));
        }

        return context.HasPassed("namespace")
            ? new(Flipr, true, "yes: over WebSocket; polling is not tried" + Limits(context))
            : new(Flipr, false, $"no: {NotReached(context)}.");
    }

    private static ClientVerdict OverPolling(ProbeContext context, string transports)
    {
        if (FirstFailed(context, "name", "tcp", "tls", "http", "polling", "cors", "affinity", "namespace") is { } fault)
        {
            bool webSocketWould = fault.Stage is "polling" or "cors" or "affinity" && context.HasPassed("websocket");
            return new(transports, false, $"no: {fault.Stage}: {fault.Finding.Summary}." + (webSocketWould ? " WebSocket alone would work." : ""));
        }

        if (!context.HasPassed("namespace"))
        {
            return new(transports, false, $"no: {NotReached(context)}.");
        }

        string how = transports == Polling ? "over polling" : context.HasPassed("upgrade") ? "over polling, then upgraded to WebSocket" : "over polling, where it stays";
        return new(transports, true, "yes: " + how + (context.AffinityByCookie ? ", with withCredentials: true only" : "") + Limits(context));
    }

    private static string Limits(ProbeContext context) =>
        (context.IdleCut is { } cut ? string.Create(CultureInfo.InvariantCulture, $"; it breaks after {cut.TotalSeconds:0} s without traffic, again and again") : "")
        + (context.Options.Origin is null ? "; whether a browser's page may is not known without --origin" : "")
        + ".";

    private static string NotReached(ProbeContext context) => context.LastFailure is { } failure ? $"{failure.Stage}: {failure.Finding.Summary}" : "the namespace was not joined";

    private static (string Stage, Finding Finding)? FirstFailed(ProbeContext context, params ReadOnlySpan<string> stages)
    {
        foreach (string stage in stages)
        {
            if (context[stage] is { Outcome: Outcome.Failed } finding)
            {
                return (stage, finding);
            }
        }

        return null;
    }
}
