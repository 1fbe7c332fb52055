using EasyQuant.BacktestSandbox.Compiling;

namespace EasyQuant.BacktestService.Storage;

/// <summary>A compiled source of a user.</summary>
/// <param name="Sha256">Of its UTF-8 text, lower-case hexadecimal.</param>
/// <param name="Source">The text.</param>
/// <param name="ClassName">Full name of the strategy's class.</param>
/// <param name="Parameters">Its constructor parameters in order.</param>
/// <param name="Assembly">The assembly.</param>
/// <param name="Symbols">Its line numbers.</param>
internal sealed record SourceRecord(
    string Sha256, string Source, string ClassName, IReadOnlyList<SourceParameter> Parameters, byte[] Assembly, byte[] Symbols);
