namespace EasyQuant.EndToEnd;

/// <summary>
/// <c>docs/official-api.txt</c> lists every member of the packages with a stand-in that the product and its end-to-end tests call; a new call changes the
/// list, and the list is held against the official assemblies where the package cache has them.
/// </summary>
public sealed class OfficialApiTests
{
    private static readonly string s_bin = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));
    private static readonly string s_list = Path.GetFullPath(Path.Combine(s_bin, "..", "..", "docs", "official-api.txt"));

    private static readonly string[] s_families =
        [.. Directory.GetDirectories(Path.Combine(s_bin, "..", "..", "standins")).Select(Path.GetFileName).OfType<string>().Where(name => !name.StartsWith("EasyQuant.", StringComparison.Ordinal))];

    private static readonly string[] s_callers =
    [
        "EasyQuant.AppHost", "EasyQuant.ServiceDefaults", "EasyQuant.WorkflowService", "EasyQuant.RunnerService", "EasyQuant.SchedulerService", "EasyQuant.BacktestService",
        "EasyQuant.MonitorService", "EasyQuant.Gateway", "EasyQuant.Contracts", "EasyQuant.Messaging", "EasyQuant.Persistence", "EasyQuant.Cli",
        "EasyQuant.Samples", "EasyQuant.EndToEnd.Tests",
    ];

    [Fact]
    public void List_OfOfficialMembers_IsWhatTheCodeCalls()
    {
        List<string> calls = Calls();
        if (Environment.GetEnvironmentVariable("EQ_UPDATE_LISTS") == "1")
        {
            File.WriteAllLines(s_list, calls);
        }

        string[] listed = File.ReadAllLines(s_list);
        string[] changes = [.. calls.Except(listed).Select(line => "+ " + line), .. listed.Except(calls).Select(line => "- " + line)];
        Assert.True(changes.Length == 0, "The code calls other official members than docs/official-api.txt lists; run this test with EQ_UPDATE_LISTS=1 and look at the difference:\n" + string.Join('\n', changes));
    }

    [Fact]
    public void List_AgainstOfficialAssemblies_HasNoMemberThatTheyLack()
    {
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (IGrouping<string, string> family in File.ReadAllLines(s_list).GroupBy(line => line[..line.IndexOf(':')]))
        {
            if (NewestOf(cache, family.Key) is { } assembly)
            {
                // Some types live in the abstractions of the package; the source does not see the difference.
                IEnumerable<string> members = NewestOf(cache, family.Key + ".Abstractions") is { } abstractions
                    ? ApiReader.Members(assembly).Concat(ApiReader.Members(abstractions).Select(line => family.Key + line[line.IndexOf(':')..]))
                    : ApiReader.Members(assembly);
                string[] missing = [.. family.Except(members)];
                Assert.True(missing.Length == 0, $"{assembly} has no\n{string.Join('\n', missing)}");
            }
        }
    }

    private static List<string> Calls()
    {
        string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        return
        [
            .. s_callers.SelectMany(caller => ApiReader.Calls(PathOf(caller, configuration), s_families.Contains)).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    private static string PathOf(string caller, string configuration)
    {
        string folder = Path.Combine(s_bin, caller, configuration);
        string path = Path.Combine(folder, caller + ".dll");
        return File.Exists(path) ? path : Directory.GetFiles(folder, "*.dll").Single(file => Path.GetFileNameWithoutExtension(file) == "eq");
    }

    // The folder that the cache keeps of a package has the assembly for several frameworks; the names are lower case.
    private static string? NewestOf(string cache, string name)
    {
        string package = Path.Combine(cache, name.ToLowerInvariant());
        return Directory.Exists(package)
            ? Directory.GetFiles(package, name + ".dll", SearchOption.AllDirectories)
                .Where(file => file.Contains("/lib/net", StringComparison.Ordinal))
                .OrderByDescending(file => Version.TryParse(file[(package.Length + 1)..].Split('/')[0], out Version? version) ? version : new Version(0, 0))
                .ThenByDescending(FrameworkOf)
                .FirstOrDefault()
            : null;
    }

    // net10.0 before net8.0 before netstandard2.1 before net462.
    private static Version FrameworkOf(string file)
    {
        string framework = Path.GetFileName(Path.GetDirectoryName(file)!);
        return Version.TryParse(framework["net".Length..], out Version? version) ? version
            : framework.StartsWith("netstandard", StringComparison.Ordinal) ? new Version(1, int.Parse(framework[^1..], System.Globalization.CultureInfo.InvariantCulture))
            : new Version(0, 0);
    }
}
