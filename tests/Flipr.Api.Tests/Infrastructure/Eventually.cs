namespace Flipr.Api.Tests.Infrastructure;

internal static class Eventually
{
    /// <summary>Waits until a condition holds; the test's own time limit ends the wait.</summary>
    public static async Task ThatAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
