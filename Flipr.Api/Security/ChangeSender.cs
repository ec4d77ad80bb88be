namespace Flipr.Api.Security;

/// <summary>Who asks for a change, as far as the API key tells.</summary>
internal sealed class ChangeSender
{
    /// <summary>It presents the right key.</summary>
    public static readonly ChangeSender Keyed = new();

    /// <summary>Anybody at all: it presents no key, or a wrong one, or production has none to present.</summary>
    public static readonly ChangeSender Anonymous = new();

    /// <summary>Outside production without a key to present: nobody is told apart there.</summary>
    public static readonly ChangeSender Unrestricted = new();

    private ChangeSender()
    {
    }

    /// <summary>The sender of a request. Whether it may change anything is for <see cref="ChangeRights"/> to say.</summary>
    public static ChangeSender Of(HttpContext context, ApiKey key, FliprSettings settings) =>
        !key.IsSet && !settings.IsProduction ? Unrestricted
        : key.Check(context.Request) == PresentedKey.Right ? Keyed
        : Anonymous;
}
