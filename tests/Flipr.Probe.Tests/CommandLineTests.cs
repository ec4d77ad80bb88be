using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>What people write on the command line.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("flipr-backend.onrender.com", "https://flipr-backend.onrender.com/socket.io/")]
    [InlineData("flipr-backend.onrender.com:8443", "https://flipr-backend.onrender.com:8443/socket.io/")]
    [InlineData("flipr-backend.onrender.com:80", "http://flipr-backend.onrender.com/socket.io/")]
    [InlineData(" https://flipr-backend.onrender.com/ ", "https://flipr-backend.onrender.com/socket.io/")]
    [InlineData("wss://flipr-backend.onrender.com", "https://flipr-backend.onrender.com/socket.io/")]
    [InlineData("ws://flipr-backend.onrender.com:5005/live", "http://flipr-backend.onrender.com:5005/live/")]
    [InlineData("https://flipr-backend.onrender.com/socket.io/?EIO=4&transport=polling", "https://flipr-backend.onrender.com/socket.io/")]
    [InlineData("localhost:5005", "http://localhost:5005/socket.io/")]
    [InlineData("127.0.0.1:5005", "http://127.0.0.1:5005/socket.io/")]
    [InlineData("[::1]:5005", "http://[::1]:5005/socket.io/")]
    [InlineData("192.0.2.7", "https://192.0.2.7/socket.io/")]
    public void An_address_is_taken_as_people_write_it(string written, string endpoint) =>
        Assert.Equal(endpoint, CommandLine.Read([written])!.Endpoint.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("https://")]
    [InlineData("not an address")]
    [InlineData("ftp://host")]
    [InlineData("host:port")]
    [InlineData("host:99999")]
    [InlineData("https://user:secret@host")]
    public void Nonsense_is_answered_with_what_is_expected_and_no_password_is_shown(string written)
    {
        UsageException exception = Assert.Throws<UsageException>(() => CommandLine.Read([written]));

        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host", "--origin")]
    [InlineData("host", "--origin", "app.flipr.realty")]
    [InlineData("host", "--auth", "secret")]
    [InlineData("host", "--auth", "[\"secret\"]")]
    [InlineData("host", "--timeout", "soon")]
    [InlineData("host", "--timeout", "0")]
    [InlineData("host", "--idle", "-1")]
    [InlineData("host", "--namespace", "/a,b")]
    [InlineData("host", "--surprise")]
    [InlineData("host", "other")]
    [InlineData("--json")]
    public void An_option_that_cannot_be_understood_is_named_and_auth_is_not_shown(params string[] arguments)
    {
        UsageException exception = Assert.Throws<UsageException>(() => CommandLine.Read(arguments));

        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_may_stand_before_the_address_and_carry_their_values_behind_an_equals_sign()
    {
        ProbeOptions options = CommandLine.Read(["--timeout=2.5", "--namespace", "admin", "--path=live", "host", "--no-idle"])!;

        Assert.Equal((TimeSpan.FromSeconds(2.5), "/admin", "/live/", (TimeSpan?)TimeSpan.Zero), (options.Timeout, options.Namespace, options.Endpoint.AbsolutePath, options.Idle));
    }

    [Fact]
    public async Task The_program_ends_with_2_for_what_it_does_not_understand_and_with_0_for_help()
    {
        (int misunderstood, string message) = await ProbeProgram.RunAsync(["ftp://host"]);
        (int helped, string help) = await ProbeProgram.RunAsync(["--help"]);

        Assert.Equal((2, 0), (misunderstood, helped));
        Assert.Contains("'ftp://' is no scheme of Socket.IO", message, StringComparison.Ordinal);
        Assert.Contains("--origin", help, StringComparison.Ordinal);
    }
}
