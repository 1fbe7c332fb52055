namespace EasyQuant.Architecture.Tests;

public sealed class ReferenceTests
{
    [Fact]
    public void ProjectReferences_WholeTree_FollowTheTable()
    {
        IReadOnlyList<SourceFile> projects = Repository.Sources(".csproj");
        Assert.True(projects.Count > 20, $"only {projects.Count} projects were found");
        Assert.Empty(ReferenceRules.Violations(projects));
    }

    [Theory]
    [InlineData("core/EasyQuant.Domain/EasyQuant.Domain.csproj", "core/EasyQuant.Data/EasyQuant.Data.csproj", "Domain -> Data")]
    [InlineData("core/EasyQuant.Flow/EasyQuant.Flow.csproj", "core/EasyQuant.Engine/EasyQuant.Engine.csproj", "Flow -> Engine")]
    [InlineData("services/EasyQuant.Gateway/EasyQuant.Gateway.csproj", "core/EasyQuant.Flow/EasyQuant.Flow.csproj", "Gateway -> Flow")]
    [InlineData("clients/cli/EasyQuant.Cli.csproj", "AppHost/EasyQuant.AppHost.csproj", "Cli -> AppHost")]
    public void ProjectReferences_ForbiddenReference_IsReported(string project, string reference, string expected)
    {
        SourceFile file = new(project, $"<Project><ItemGroup><ProjectReference Include=\"$(RepositoryRoot){reference}\" /></ItemGroup></Project>");
        Assert.Equal([expected], ReferenceRules.Violations([file]));
    }

    [Fact]
    public void ProjectReferences_ProjectOutsideTheTable_IsReported()
    {
        SourceFile file = new("core/EasyQuant.New/EasyQuant.New.csproj", "<Project />");
        Assert.Single(ReferenceRules.Violations([file]));
    }

    [Fact]
    public void CoreProjects_Packages_AreOnlyTheAllowedOnes()
    {
        string[] allowed = [];
        IEnumerable<string> packages = Repository.Sources(".csproj", "core/")
            .SelectMany(p => System.Xml.Linq.XDocument.Parse(p.Text).Descendants("PackageReference"))
            .Select(e => (string)e.Attribute("Include")!);
        Assert.Empty(packages.Except(allowed));
    }
}
