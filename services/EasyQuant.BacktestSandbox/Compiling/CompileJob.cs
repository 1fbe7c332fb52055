using System.Text;
using System.Text.Json;
using EasyQuant.BacktestSandbox.Frames;

namespace EasyQuant.BacktestSandbox.Compiling;

/// <summary>Compiles the source of a job and sends the assembly or the issues.</summary>
internal static class CompileJob
{
    public static void Run(JobFolder folder, FrameWriter output)
    {
        string source = Encoding.UTF8.GetString(File.ReadAllBytes(folder.Source));
        CompiledSource compiled = StrategyCompiler.Compile(source, CancellationToken.None);
        if (compiled.Answer.Issues.Count == 0)
        {
            output.Write(FrameKind.Assembly, compiled.Assembly);
            output.Write(FrameKind.Symbols, compiled.Symbols);
        }

        output.Write(FrameKind.Result, JsonSerializer.SerializeToUtf8Bytes(compiled.Answer));
    }
}
