using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.Engine;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EasyQuant.Services.Tests.Backtest.Sandbox;

/// <summary>Strategies that the check of the compiler would refuse: the process around them has to hold alone.</summary>
internal static class HostileStrategy
{
    private static readonly Lazy<MetadataReference[]> s_references = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(IStrategy).Assembly.Location)
            .Append(typeof(Domain.Bar).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path))]);

    public static CompiledStrategy Compile(string onBar, string members)
    {
        string source =
            $$"""
            using System; using System.Collections.Generic; using System.Diagnostics; using System.IO; using System.Linq; using System.Net.Sockets;
            using System.Runtime.InteropServices; using System.Threading; using EasyQuant.Domain; using EasyQuant.Engine;
            public sealed unsafe class Hostile : IStrategy
            {
                public void OnStart(StrategyContext context) { }
                public void OnBar(StrategyContext context, int instrument, in Bar bar) { {{onBar}} }
                public void OnStop(StrategyContext context) { }
                {{members}}
            }
            """;
        var compilation = CSharpCompilation.Create(
            "Hostile",
            [CSharpSyntaxTree.ParseText(source, path: StrategyCompiler.FileName, encoding: System.Text.Encoding.UTF8)],
            s_references.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release));
        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        var result = compilation.Emit(assembly, symbols);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return new CompiledStrategy(new CompileAnswer("Hostile", [], []), assembly.ToArray(), symbols.ToArray());
    }
}
