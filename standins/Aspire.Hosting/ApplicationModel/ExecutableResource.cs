namespace Aspire.Hosting.ApplicationModel;

/// <summary>A program that runs as one process, as the account of the AppHost.</summary>
/// <param name="name">Name of the resource.</param>
/// <param name="command">Program: a path, or a name on PATH.</param>
/// <param name="workingDirectory">Directory that it starts in.</param>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>Program: a path, or a name on PATH.</summary>
    public string Command => command;

    /// <summary>Directory that it starts in, an absolute path.</summary>
    public string WorkingDirectory => workingDirectory;
}
