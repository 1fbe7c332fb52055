using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.JavaScript;

/// <summary>A JavaScript application that a package manager runs.</summary>
/// <param name="name">Name of the resource.</param>
/// <param name="command">The package manager.</param>
/// <param name="workingDirectory">Directory of its package.json.</param>
public class JavaScriptAppResource(string name, string command, string workingDirectory)
    : ExecutableResource(name, command, workingDirectory), IResourceWithServiceDiscovery;
