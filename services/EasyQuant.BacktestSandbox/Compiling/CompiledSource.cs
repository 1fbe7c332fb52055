namespace EasyQuant.BacktestSandbox.Compiling;

/// <summary>A source after the compiler.</summary>
/// <param name="Answer">Class, parameters, issues.</param>
/// <param name="Assembly">The assembly; empty when there are issues.</param>
/// <param name="Symbols">Portable PDB; empty when there are issues.</param>
internal sealed record CompiledSource(CompileAnswer Answer, byte[] Assembly, byte[] Symbols);
