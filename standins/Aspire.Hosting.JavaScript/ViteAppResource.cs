namespace Aspire.Hosting.JavaScript;

/// <summary>An application that Vite's development server serves.</summary>
/// <param name="name">Name of the resource.</param>
/// <param name="command">The package manager.</param>
/// <param name="workingDirectory">Directory of its package.json.</param>
public class ViteAppResource(string name, string command, string workingDirectory) : JavaScriptAppResource(name, command, workingDirectory);
