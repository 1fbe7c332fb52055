namespace EasyQuant.Data;

/// <summary>One thing worth a look in a file that was read.</summary>
/// <param name="Line">Line from 1.</param>
/// <param name="Reason">One of <see cref="CsvReasons"/>.</param>
/// <param name="Message">What was found.</param>
public sealed record ParseIssue(long Line, string Reason, string Message);
