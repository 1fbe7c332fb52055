using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.JavaScript;

/// <summary>Installs the packages of a JavaScript application before it starts.</summary>
/// <param name="name">Name of the resource.</param>
/// <param name="workingDirectory">Directory of the package.json.</param>
public class JavaScriptInstallerResource(string name, string workingDirectory) : ExecutableResource(name, "npm", workingDirectory);
