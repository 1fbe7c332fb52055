using System.Text.RegularExpressions;

namespace EasyQuant.Architecture.Tests;

public sealed partial class HygieneTests
{
    private static readonly string[] s_textExtensions =
        [".cs", ".csproj", ".props", ".targets", ".json", ".proto", ".sh", ".md", ".sql", ".yml", ".yaml", ".js", ".ts", ".tsx", ".py", ".html", ".config"];

    [Fact]
    public void Files_WholeTree_NameNoRegistryAndNoMachinePath()
    {
        List<string> found = [];
        foreach (SourceFile file in TextFiles())
        {
            foreach (Match match in Forbidden().Matches(file.Text))
            {
                found.Add($"{file.Path}: {match.Value}");
            }
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("see https://api.nu" + "get.org/v3/index.json")]
    [InlineData("/wo" + "rk/main/x")]
    [InlineData("\"resolved\": \"https://registry.np" + "mjs.org/x\"")]
    public void Forbidden_PlantedAddress_IsReported(string text) => Assert.Matches(Forbidden(), text);

    [Fact]
    public void Files_WholeTree_AreSmallerThanOneMebibyte()
    {
        IEnumerable<string> large = Repository.Files.Where(f => new FileInfo(Path.Combine(Repository.Root, f)).Length > 1 << 20);
        Assert.Empty(large);
    }

    [Fact]
    public void Solution_EveryProject_IsInIt()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "EasyQuant.Aspire.sln")).Replace('\\', '/');
        IEnumerable<string> missing = Repository.Files
            .Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("eng/", StringComparison.Ordinal))
            .Where(f => !solution.Contains(f, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void BannedSymbols_CoreProjects_AreCheckedByTheCompiler()
    {
        string targets = File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.targets"));
        Assert.Contains("BannedSymbols.txt", targets, StringComparison.Ordinal);
        string config = File.ReadAllText(Path.Combine(Repository.Root, "eng/analyzers/product.globalconfig"));
        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", config, StringComparison.Ordinal);
        Assert.Empty(Repository.Sources(".cs", "core/").Where(f => f.Text.Contains("#pragma warning disable RS0030", StringComparison.Ordinal)).Select(f => f.Path));
    }

    private static IEnumerable<SourceFile> TextFiles() =>
        s_textExtensions.SelectMany(e => Repository.Sources(e))
            .Where(f => !f.Path.Contains("Architecture.Tests/", StringComparison.Ordinal));

    [GeneratedRegex(@"https?://[^\s""']*(nuget\.org|npmjs\.|pypi\.org)|(?<![A-Za-z0-9_$}.])/(work|farm)/|""resolved"":\s*""http", RegexOptions.None, 5000)]
    private static partial Regex Forbidden();
}
