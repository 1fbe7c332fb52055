namespace EasyQuant.Data;

/// <summary>A CSV file cannot be read. The message names the line.</summary>
public sealed class CsvException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">UPPER_SNAKE reason, one of <see cref="CsvReasons"/>.</param>
    /// <param name="line">Line in the file, from 1; 0 when no line is meant.</param>
    /// <param name="message">What was expected and what was found, without the line.</param>
    public CsvException(string reason, long line, string message)
        : base(line > 0 ? $"Line {line}: {message}" : message)
    {
        Reason = reason;
        Line = line;
    }

    /// <summary>UPPER_SNAKE reason, one of <see cref="CsvReasons"/>.</summary>
    public string Reason { get; }

    /// <summary>Line in the file, from 1; 0 when no line is meant.</summary>
    public long Line { get; }
}
