using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace EasyQuant.BacktestSandbox.Compiling;

/// <summary>
/// Compiles the source of one strategy: C# 13, safe code only, deterministic, against a fixed set of references (base types, collections,
/// LINQ, numerics and the platform's Domain, Indicators and Engine). No analyzers and no generators run. The source must hold exactly one
/// public class or struct that implements IStrategy, whose one public constructor takes int, long, double, bool and string.
/// Thread-safe.
/// </summary>
internal static class StrategyCompiler
{
    /// <summary>Name that line numbers are reported under.</summary>
    public const string FileName = "strategy.cs";

    private const int IssuesMax = 100;
    private const string Usings =
        "global using System; global using System.Collections.Generic; global using System.Linq; "
        + "global using EasyQuant.Domain; global using EasyQuant.Engine; global using EasyQuant.Indicators;";

    private static readonly string[] s_references =
    [
        "System.Private.CoreLib.dll", "System.Runtime.dll", "System.Collections.dll", "System.Collections.Immutable.dll", "System.Linq.dll",
        "System.Memory.dll", "System.Runtime.Numerics.dll", "System.Runtime.Extensions.dll",
    ];

    private static readonly Lazy<ImmutableArray<MetadataReference>> s_metadata = new(ReadReferences);

    /// <summary>Compiles.</summary>
    /// <param name="source">The whole source.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static CompiledSource Compile(string source, CancellationToken cancellationToken)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp13, DocumentationMode.None);
        SyntaxTree tree = CSharpSyntaxTree.ParseText(
            SourceText.From(source, Encoding.UTF8), options, FileName, cancellationToken: cancellationToken);
        SyntaxTree usings = CSharpSyntaxTree.ParseText(
            SourceText.From(Usings, Encoding.UTF8), options, "usings.cs", cancellationToken: cancellationToken);
        var compilation = CSharpCompilation.Create(
            "EasyQuant.UserStrategy",
            [tree, usings],
            s_metadata.Value,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                allowUnsafe: false,
                deterministic: true,
                concurrentBuild: false,
                nullableContextOptions: NullableContextOptions.Enable));
        List<SourceIssue> issues = [.. compilation.GetDiagnostics(cancellationToken)
            .Where(one => one.Severity == DiagnosticSeverity.Error)
            .Select(one => IssueOf(one.Location, one.Id, one.GetMessage(CultureInfo.InvariantCulture)))];
        SemanticModel model = compilation.GetSemanticModel(tree);
        issues.AddRange(new ApiCheck(model).Find(tree.GetRoot(cancellationToken)));
        INamedTypeSymbol? strategy = issues.Count == 0 ? FindStrategy(compilation, model, issues) : null;
        IReadOnlyList<SourceParameter> parameters = strategy is null ? [] : FindParameters(strategy, issues);
        if (issues.Count > 0)
        {
            return Refused(issues);
        }

        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        EmitResult emitted = compilation.Emit(
            assembly, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb), cancellationToken: cancellationToken);
        return emitted.Success
            ? new CompiledSource(new CompileAnswer(MetadataName(strategy!), parameters, []), assembly.ToArray(), symbols.ToArray())
            : Refused([.. emitted.Diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error)
                .Select(one => IssueOf(one.Location, one.Id, one.GetMessage(CultureInfo.InvariantCulture)))]);
    }

    internal static SourceIssue IssueOf(Location location, string code, string message)
    {
        LinePosition start = location.GetLineSpan().StartLinePosition;
        return new SourceIssue(start.Line + 1, start.Character + 1, code, message);
    }

    private static CompiledSource Refused(List<SourceIssue> issues) => new(
        new CompileAnswer("", [], [.. issues.Distinct().OrderBy(one => (one.Line, one.Column, one.Code)).Take(IssuesMax)]), [], []);

    private static INamedTypeSymbol? FindStrategy(CSharpCompilation compilation, SemanticModel model, List<SourceIssue> issues)
    {
        INamedTypeSymbol contract = compilation.GetTypeByMetadataName("EasyQuant.Engine.IStrategy")
            ?? throw new InvalidOperationException("The engine has no IStrategy.");
        List<INamedTypeSymbol> found = [.. model.SyntaxTree.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            .Select(declaration => model.GetDeclaredSymbol(declaration))
            .OfType<INamedTypeSymbol>()
            .Where(type => type is { DeclaredAccessibility: Accessibility.Public, IsAbstract: false, TypeKind: TypeKind.Class or TypeKind.Struct }
                && type.ContainingType is null
                && type.AllInterfaces.Contains(contract, SymbolEqualityComparer.Default))
            .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default)];
        if (found.Count == 1 && !found[0].IsGenericType)
        {
            return found[0];
        }

        Location location = found.Count == 0 ? Location.Create(FileName, default, default) : found[^1].Locations[0];
        issues.Add(IssueOf(location, "EQ0002", found.Count == 0
            ? "The source has no public class that implements IStrategy; write public sealed class MyStrategy : IStrategy."
            : $"The source must have exactly one public class that implements IStrategy, without type parameters; it has {string.Join(", ", found.Select(one => one.Name))}."));
        return null;
    }

    private static List<SourceParameter> FindParameters(INamedTypeSymbol strategy, List<SourceIssue> issues)
    {
        List<IMethodSymbol> constructors = [.. strategy.InstanceConstructors
            .Where(one => one.DeclaredAccessibility == Accessibility.Public && !(one.IsImplicitlyDeclared && strategy.InstanceConstructors.Length > 1))];
        if (constructors.Count != 1)
        {
            issues.Add(IssueOf(strategy.Locations[0], "EQ0002", $"{strategy.Name} must have exactly one public constructor, it has {constructors.Count}."));
            return [];
        }

        List<SourceParameter> parameters = [];
        foreach (IParameterSymbol parameter in constructors[0].Parameters)
        {
            string? type = parameter.Type.SpecialType switch
            {
                SpecialType.System_Int32 => "int",
                SpecialType.System_Int64 => "long",
                SpecialType.System_Double => "double",
                SpecialType.System_Boolean => "bool",
                SpecialType.System_String => "string",
                _ => null,
            };
            if (type is null || parameter.RefKind != RefKind.None || parameter.IsParams)
            {
                issues.Add(IssueOf(
                    parameter.Locations[0], "EQ0002", $"The parameter {parameter.Name} must be int, long, double, bool or string, was {parameter.Type.ToDisplayString()}."));
                continue;
            }

            string? standard = parameter.HasExplicitDefaultValue
                ? Convert.ToString(parameter.ExplicitDefaultValue, CultureInfo.InvariantCulture) ?? ""
                : null;
            parameters.Add(new SourceParameter(parameter.Name, type, standard));
        }

        return parameters;
    }

    private static string MetadataName(INamedTypeSymbol type) => type.ContainingNamespace.IsGlobalNamespace
        ? type.MetadataName
        : $"{type.ContainingNamespace.ToDisplayString()}.{type.MetadataName}";

    private static ImmutableArray<MetadataReference> ReadReferences()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string[] own =
        [
            typeof(Domain.Money).Assembly.Location,
            typeof(Data.Table).Assembly.Location,
            typeof(Indicators.SmaStream).Assembly.Location,
            typeof(Engine.IStrategy).Assembly.Location,
        ];
        return [.. s_references.Select(name => Path.Join(runtime, name)).Concat(own).Select(path => MetadataReference.CreateFromFile(path))];
    }
}
