namespace Flipr.Api.Tests.Infrastructure;

internal static class Repository
{
    /// <summary>The folder of <c>Flipr.slnx</c>.</summary>
    public static string Root
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Flipr.slnx")))
            {
                folder = folder.Parent;
            }

            return folder!.FullName;
        }
    }
}
