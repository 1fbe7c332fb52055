namespace EasyQuant.BacktestSandbox.Compiling;

/// <summary>One thing wrong with a source.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Code">Code of the compiler (CS0103), or EQ0001 for something that strategies may not use and EQ0002 for a wrong shape.</param>
/// <param name="Message">A sentence.</param>
public sealed record SourceIssue(int Line, int Column, string Code, string Message);
