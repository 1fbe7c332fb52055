namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line of a resource's console.</summary>
/// <param name="LineNumber">From 1.</param>
/// <param name="Content">ISO time stamp, space, text.</param>
/// <param name="IsErrorMessage">True when it came on stderr.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);
