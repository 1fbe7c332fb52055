namespace EasyQuant.Architecture.Tests;

public sealed class SourceTests
{
    private static readonly IReadOnlyList<SourceFile> s_sources =
        [.. Repository.Sources(".cs").Where(f => !f.Path.Contains("Architecture.Tests/", StringComparison.Ordinal))];

    private static readonly IReadOnlyList<SourceFile> s_product =
        [.. s_sources.Where(f => !f.Path.StartsWith("tests/", StringComparison.Ordinal))];

    [Fact]
    public void Files_WholeTree_StayUnderTheLimit() => AssertNone(s_sources, SourceRules.FilesTooLong);

    [Fact]
    public void Methods_Product_StayUnderTheLimit() => AssertNone(s_product, SourceRules.MethodsTooLong);

    [Fact]
    public void Methods_WholeTree_AreNeverAsyncVoid() => AssertNone(s_sources, SourceRules.AsyncVoid);

    [Fact]
    public void Files_WholeTree_HoldNoUnfinishedWords() => AssertNone(s_sources, SourceRules.UnfinishedWords);

    [Fact]
    public void Tests_WholeTree_NeitherSleepNorSkip() =>
        AssertNone([.. s_sources.Where(f => f.Path.StartsWith("tests/", StringComparison.Ordinal))], SourceRules.TestsThatSleep);

    [Fact]
    public void Tests_WholeTree_AreNamedAsFacts() =>
        AssertNone([.. s_sources.Where(f => f.Path.StartsWith("tests/", StringComparison.Ordinal))], SourceRules.BadTestNames);

    [Fact]
    public void Services_WireTypes_StopAtTheDoor() => AssertNone(s_product, SourceRules.WireInsideTheHouse);

    [Fact]
    public void Services_Sql_LivesInStorage() => AssertNone(s_product, SourceRules.SqlInsideTheHouse);

    [Fact]
    public void Services_Programs_StayShort()
    {
        List<SourceFile> programs = [.. s_product.Where(f => f.Path.StartsWith("services/", StringComparison.Ordinal) && f.Path.EndsWith("/Program.cs", StringComparison.Ordinal))];
        Assert.Equal(7, programs.Count);
        AssertNone(programs, SourceRules.LongPrograms);
    }

    [Theory]
    [InlineData("a.cs", "x\n", 600, true)]
    [InlineData("a.cs", "x\n", 499, false)]
    public void FilesTooLong_LineCount_Decides(string path, string line, int count, bool reported)
    {
        SourceFile file = new(path, string.Concat(Enumerable.Repeat(line, count)));
        Assert.Equal(reported, SourceRules.FilesTooLong(file).Any());
    }

    [Fact]
    public void MethodsTooLong_LongMethod_IsReported()
    {
        string body = string.Concat(Enumerable.Repeat("        x++;\n", 75));
        Assert.Single(SourceRules.MethodsTooLong(new("a.cs", "class C {\n    void M() {\n" + body + "    }\n}")));
        Assert.Empty(SourceRules.MethodsTooLong(new("a.cs", "class C {\n    void M() {\n    x++;\n    }\n}")));
    }

    [Fact]
    public void AsyncVoid_PlantedMethod_IsReported() =>
        Assert.Single(SourceRules.AsyncVoid(new("a.cs", "class C { async void M() { } async Task N() { } }")));

    [Fact]
    public void UnfinishedWords_PlantedWord_IsReported() =>
        Assert.Single(SourceRules.UnfinishedWords(new("a.cs", "throw new Not" + "ImplementedException();")));

    [Fact]
    public void TestsThatSleep_PlantedSleep_IsReported() =>
        Assert.Single(SourceRules.TestsThatSleep(new("a.cs", "Thread" + ".Sleep(5);")));

    [Fact]
    public void BadTestNames_PlantedName_IsReported() =>
        Assert.Single(SourceRules.BadTestNames(new("a.cs", "class C { [Fact] public void Works() { } [Fact] public void A_B_C() { } }")));

    [Fact]
    public void WireInsideTheHouse_PlantedUsing_IsReported()
    {
        const string Text = "using EasyQuant.Contracts.Run.V1;\n";
        Assert.Single(SourceRules.WireInsideTheHouse(new("services/EasyQuant.WorkflowService/Runs/RunRules.cs", Text)));
        Assert.Empty(SourceRules.WireInsideTheHouse(new("services/EasyQuant.WorkflowService/Grpc/RunGrpc.cs", Text)));
    }

    [Fact]
    public void SqlInsideTheHouse_PlantedCommand_IsReported()
    {
        const string Text = "using var c = new NpgsqlCommand(\"select 1\");\n";
        Assert.Single(SourceRules.SqlInsideTheHouse(new("services/EasyQuant.WorkflowService/Grpc/RunGrpc.cs", Text)));
        Assert.Empty(SourceRules.SqlInsideTheHouse(new("services/EasyQuant.WorkflowService/Storage/RunStore.cs", Text)));
    }

    [Fact]
    public void LongPrograms_SixteenStatements_AreReported() =>
        Assert.Single(SourceRules.LongPrograms(new("services/X/Program.cs", string.Concat(Enumerable.Repeat("a();\n", 16)))));

    private static void AssertNone(IReadOnlyList<SourceFile> files, Func<SourceFile, IEnumerable<string>> rule)
    {
        Assert.NotEmpty(files);
        string[] violations = [.. files.SelectMany(rule)];
        Assert.True(violations.Length == 0, string.Join('\n', violations));
    }
}
