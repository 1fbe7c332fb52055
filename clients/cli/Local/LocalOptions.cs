namespace EasyQuant.Cli.Local;

/// <summary>What <c>eq run</c> was asked to do.</summary>
/// <param name="File">Workflow file.</param>
/// <param name="Inputs">Inputs as a JSON object text.</param>
/// <param name="Pairs">Single inputs as name=value; the value is JSON, or text when it is not JSON. They win over <paramref name="Inputs"/>.</param>
/// <param name="WorkflowsFolder">Folder whose *.json files are the sub-workflows.</param>
/// <param name="DataRoot">The only folder in which nodes see files.</param>
/// <param name="OutputFolder">Folder of the run: artifacts, saved tables, outputs.</param>
/// <param name="Seed">Seed of every random choice.</param>
/// <param name="HttpAllowedEndpoints">Servers (host:port) that nodes may call although their address is not public.</param>
/// <param name="Json">Whether the result is printed as JSON.</param>
/// <param name="SecretsFile">JSON file of secrets, mode 0600; null for those of the environment only.</param>
public sealed record LocalOptions(
    string File,
    string Inputs,
    IReadOnlyList<string> Pairs,
    string WorkflowsFolder,
    string DataRoot,
    string OutputFolder,
    long Seed,
    IReadOnlyList<string> HttpAllowedEndpoints,
    bool Json,
    string? SecretsFile = null);
