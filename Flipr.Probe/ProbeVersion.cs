using System.Reflection;

namespace Flipr.Probe;

/// <summary>The program's version.</summary>
internal static class ProbeVersion
{
    public static string Text { get; } = typeof(ProbeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
