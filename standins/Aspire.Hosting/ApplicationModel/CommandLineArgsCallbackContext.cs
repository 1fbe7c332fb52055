namespace Aspire.Hosting.ApplicationModel;

/// <summary>What an arguments callback sees and fills.</summary>
/// <param name="args">Arguments so far: strings or <see cref="IValueProvider"/>s.</param>
/// <param name="cancellationToken">Gives up.</param>
public sealed class CommandLineArgsCallbackContext(IList<object> args, CancellationToken cancellationToken = default)
{
    /// <summary>Arguments in their order: strings or <see cref="IValueProvider"/>s.</summary>
    public IList<object> Args => args;

    /// <summary>Gives up.</summary>
    public CancellationToken CancellationToken => cancellationToken;
}
