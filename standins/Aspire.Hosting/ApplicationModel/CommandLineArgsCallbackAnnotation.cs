namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds arguments when a process starts.</summary>
/// <param name="callback">Fills the context.</param>
public class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Fills the context.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback => callback;
}
