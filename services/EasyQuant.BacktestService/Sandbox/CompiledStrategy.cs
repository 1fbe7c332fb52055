using EasyQuant.BacktestSandbox.Compiling;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>A strategy of a user after the compiler.</summary>
/// <param name="Answer">Class, parameters, issues.</param>
/// <param name="Assembly">The assembly; empty when there are issues.</param>
/// <param name="Symbols">Its line numbers; empty when there are issues.</param>
internal sealed record CompiledStrategy(CompileAnswer Answer, byte[] Assembly, byte[] Symbols);
