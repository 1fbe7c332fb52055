namespace EasyQuant.BacktestSandbox.Compiling;

/// <summary>What the compiler says about a source.</summary>
/// <param name="ClassName">Full name of the strategy's class; empty when there are issues.</param>
/// <param name="Parameters">Its constructor parameters in order.</param>
/// <param name="Issues">What keeps the source from running, by position; empty when it compiled. At most 100.</param>
public sealed record CompileAnswer(string ClassName, IReadOnlyList<SourceParameter> Parameters, IReadOnlyList<SourceIssue> Issues);
