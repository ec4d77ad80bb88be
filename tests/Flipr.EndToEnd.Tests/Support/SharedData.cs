namespace Flipr.EndToEnd.Tests.Support;

/// <summary>Data that lies beside the checkout.</summary>
internal static class SharedData
{
    /// <summary>The file; the test is skipped where it is not.</summary>
    public static string File(string name)
    {
        string path = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "data", name));
        Assert.SkipUnless(System.IO.File.Exists(path), $"../shared/data/{name} is not there");
        return path;
    }
}
