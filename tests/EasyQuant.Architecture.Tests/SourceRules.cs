using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EasyQuant.Architecture.Tests;

/// <summary>Rules about one C# file. Each answers what breaks it, with file and line.</summary>
internal static partial class SourceRules
{
    public const int FileLineMax = 500;
    public const int MethodLineMax = 70;
    public const int ProgramStatementLineMax = 15;

    public static IEnumerable<string> FilesTooLong(SourceFile file) =>
        file.Lines.Length > FileLineMax ? [$"{file.Path}: {file.Lines.Length} lines, at most {FileLineMax}"] : [];

    public static IEnumerable<string> MethodsTooLong(SourceFile file)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(file.Text).GetRoot();
        foreach (BaseMethodDeclarationSyntax method in root.DescendantNodes().OfType<BaseMethodDeclarationSyntax>())
        {
            FileLinePositionSpan span = method.SyntaxTree.GetLineSpan(method.Span);
            int lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
            if (lines > MethodLineMax)
            {
                yield return $"{file.Path}:{span.StartLinePosition.Line + 1}: {lines} lines, at most {MethodLineMax}";
            }
        }
    }

    public static IEnumerable<string> AsyncVoid(SourceFile file) =>
        CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(m => m.Modifiers.Any(SyntaxKind.AsyncKeyword) && m.ReturnType.ToString() == "void")
            .Select(m => $"{file.Path}: async void {m.Identifier.Text}");

    public static IEnumerable<string> UnfinishedWords(SourceFile file) =>
        Lines(file, Unfinished(), "unfinished word");

    public static IEnumerable<string> TestsThatSleep(SourceFile file) =>
        Lines(file, Sleeps(), "a test that sleeps or cannot fail");

    public static IEnumerable<string> BadTestNames(SourceFile file) =>
        CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(m => m.AttributeLists.SelectMany(a => a.Attributes).Any(a => a.Name.ToString() is "Fact" or "Theory"))
            .Where(m => !TestName().IsMatch(m.Identifier.Text))
            .Select(m => $"{file.Path}: {m.Identifier.Text} is not Subject_Condition_Outcome");

    /// <summary>A proto type outside Grpc/, Messaging/ or the composition root of a service.</summary>
    public static IEnumerable<string> WireInsideTheHouse(SourceFile file) =>
        file.Path.StartsWith("services/", StringComparison.Ordinal)
        && !file.Path.Contains("/Grpc/", StringComparison.Ordinal)
        && !file.Path.Contains("/Messaging/", StringComparison.Ordinal)
        && !file.Path.Contains("/Rest/", StringComparison.Ordinal)
        && !file.Path.Contains("/Auth/", StringComparison.Ordinal)
        // Workflow keeps steps, events and values as the messages that they are: docs/adr/0005-workflow-stores-messages.md.
        && !file.Path.StartsWith("services/EasyQuant.WorkflowService/Storage/", StringComparison.Ordinal)
        && !file.Path.StartsWith("services/EasyQuant.WorkflowService/Definitions/", StringComparison.Ordinal)
        && !RootFile().IsMatch(file.Path)
            ? Lines(file, Wire(), "a wire type away from the door")
            : [];

    /// <summary>SQL outside a service's Storage/.</summary>
    public static IEnumerable<string> SqlInsideTheHouse(SourceFile file) =>
        file.Path.StartsWith("services/", StringComparison.Ordinal) && !file.Path.Contains("/Storage/", StringComparison.Ordinal)
            ? Lines(file, Sql(), "SQL away from Storage/")
            : [];

    public static IEnumerable<string> LongPrograms(SourceFile file)
    {
        int lines = file.Lines.Count(l => l.Trim().Length > 0 && !l.StartsWith("using ", StringComparison.Ordinal) && !l.TrimStart().StartsWith("//", StringComparison.Ordinal));
        return lines > ProgramStatementLineMax ? [$"{file.Path}: {lines} lines, at most {ProgramStatementLineMax}"] : [];
    }

    private static IEnumerable<string> Lines(SourceFile file, Regex pattern, string what)
    {
        string[] lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            if (pattern.IsMatch(lines[i]))
            {
                yield return $"{file.Path}:{i + 1}: {what}: {lines[i].Trim()}";
            }
        }
    }

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"Thread\.Sleep\(|Assert\.True\(true\)|Skip\s*=\s*""")]
    private static partial Regex Sleeps();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*_[A-Za-z0-9]+_[A-Za-z0-9_]+$")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^using EasyQuant\.Contracts")]
    private static partial Regex Wire();

    [GeneratedRegex(@"new NpgsqlCommand\(|\.CreateCommand\(|\.QueryAsync<|\.ExecuteAsync\(\s*""|""""""\s*(select|insert|update|delete)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Sql();

    [GeneratedRegex(@"^services/[^/]+/[^/]+\.cs$")]
    private static partial Regex RootFile();
}
