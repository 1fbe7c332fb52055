using System.Xml.Linq;

namespace EasyQuant.Architecture.Tests;

/// <summary>Who may reference whom. A project that is not named here may be referenced by nobody and fails the rule itself.</summary>
internal static class ReferenceRules
{
    private static readonly string[] s_core = ["Domain", "Data", "Indicators", "Engine", "Flow", "Scheduling"];
    private static readonly string[] s_platform = ["Messaging", "Persistence", "MappedFiles"];
    private static readonly string[] s_services =
        ["WorkflowService", "RunnerService", "SchedulerService", "BacktestService", "MonitorService", "Gateway"];

    private static readonly Dictionary<string, string[]> s_allowed = new(StringComparer.Ordinal)
    {
        ["Domain"] = [],
        ["Data"] = ["Domain"],
        ["Indicators"] = ["Domain", "Data"],
        ["Engine"] = ["Domain", "Data", "Indicators"],
        ["Flow"] = ["Domain", "Data"],
        ["Scheduling"] = ["Domain"],
        ["Persistence"] = ["Domain", "Data"],
        ["Messaging"] = ["Domain", "Data", "Contracts"],
        ["MappedFiles"] = ["Data"],
        ["Contracts"] = [],
        ["ServiceDefaults"] = [],
        ["Nodes"] = [.. s_core, .. s_platform],
        ["WorkflowService"] = [.. s_core, .. s_platform, "Contracts", "ServiceDefaults"],
        ["SchedulerService"] = [.. s_core, .. s_platform, "Contracts", "ServiceDefaults"],
        // The program that strategies of users run in, and what it and the service say to each other.
        ["BacktestSandbox"] = ["Domain", "Data", "Indicators", "Engine", "MappedFiles"],
        ["BacktestService"] = [.. s_core, .. s_platform, "BacktestSandbox", "Contracts", "ServiceDefaults"],
        ["MonitorService"] = [.. s_core, .. s_platform, "Contracts", "ServiceDefaults"],
        ["RunnerService"] = [.. s_core, .. s_platform, "Nodes", "Contracts", "ServiceDefaults"],
        // The Gateway keeps its API keys in its own schema.
        ["Gateway"] = ["Contracts", "ServiceDefaults", "Persistence"],
        ["Cli"] = [.. s_core, .. s_platform, "Nodes", "Contracts", "Client"],
        ["Client"] = ["Contracts"],
        ["Samples"] = ["Domain", "Data", "Engine", "Contracts", "Client"],
        ["AppHost"] = s_services,
        ["Bench"] = [.. s_core, .. s_platform, .. s_services, "Nodes", "Contracts", "ServiceDefaults", "Samples", "Client"],
    };

    /// <summary>Every reference that the table does not allow, as "A -> B".</summary>
    public static IReadOnlyList<string> Violations(IEnumerable<SourceFile> projects)
    {
        List<string> violations = [];
        foreach (SourceFile project in projects)
        {
            if (project.Path.StartsWith("tests/", StringComparison.Ordinal)
                || project.Path.StartsWith("standins/", StringComparison.Ordinal)
                || project.Path.StartsWith("eng/", StringComparison.Ordinal))
            {
                continue;
            }

            string name = NameOf(project.Path);
            if (!s_allowed.TryGetValue(name, out string[]? allowed))
            {
                violations.Add($"{project.Path} is not in the table");
                continue;
            }

            violations.AddRange(References(project).Where(r => !allowed.Contains(r)).Select(r => $"{name} -> {r}"));
        }

        return violations;
    }

    /// <summary>Names of the projects of ours that a project references, stand-ins left out.</summary>
    public static IReadOnlyList<string> References(SourceFile project) =>
        [.. XDocument.Parse(project.Text).Descendants("ProjectReference")
            .Select(e => (string?)e.Attribute("Include") ?? string.Empty)
            .Where(p => !p.Contains("standins/", StringComparison.Ordinal))
            .Select(NameOf)];

    public static string NameOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
        return name.StartsWith("EasyQuant.", StringComparison.Ordinal) ? name["EasyQuant.".Length..] : name;
    }
}
