namespace Flipr.Api.Tests.Infrastructure;

/// <summary>A folder on a disk of a few megabytes, which a test can fill.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private bool _isMounted;

    private SmallDisk()
    {
    }

    public string Path => _folder.Path;

    private string Filler => _folder.File("filler");

    public static async Task<SmallDisk> MountAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small disk needs Linux and root");
        var disk = new SmallDisk();
        try
        {
            await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.Path], "/");
            disk._isMounted = true;
        }
        catch (InvalidOperationException refused)
        {
            await disk.DisposeAsync();
            Assert.Skip($"A small disk cannot be mounted here: {refused.Message.Trim()}");
        }

        return disk;
    }

    /// <summary>Takes all the space that is left.</summary>
    public async Task FillAsync()
    {
        await using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (int size = 64 * 1024; size >= 1; size /= 2)
        {
            try
            {
                while (true)
                {
                    await filler.WriteAsync(new byte[size], TestContext.Current.CancellationToken);
                }
            }
            catch (IOException)
            {
                // So much does not fit any more; perhaps half of it does.
            }
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        if (_isMounted)
        {
            // A program that another test is just starting holds copies of this process's open files until it runs.
            for (int attempt = 1; !await TryUnmountAsync(isLast: attempt == 100); attempt++)
            {
                await Task.Delay(50, CancellationToken.None);
            }
        }

        _folder.Dispose();
    }

    private async Task<bool> TryUnmountAsync(bool isLast)
    {
        try
        {
            await Command.RunAsync("umount", [Path], "/");
            return true;
        }
        catch (InvalidOperationException busy) when (!isLast && busy.Message.Contains("busy", StringComparison.Ordinal))
        {
            return false;
        }
    }
}
