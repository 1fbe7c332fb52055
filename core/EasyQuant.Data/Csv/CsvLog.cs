namespace EasyQuant.Data;

/// <summary>What a reader left out and noticed, in file order.</summary>
internal sealed class CsvLog(bool skipBadRows)
{
    public SortedDictionary<string, long> Skipped { get; } = new(StringComparer.Ordinal);

    public List<ParseIssue> Issues { get; } = [];

    /// <summary>A row that cannot be read: ends the reading, or is left out when the options say so.</summary>
    public void Refuse(long line, string reason, string message)
    {
        if (!skipBadRows)
        {
            throw new CsvException(reason, line, message);
        }

        Skip(line, reason, message);
    }

    public void Skip(long line, string reason, string message)
    {
        Skipped[reason] = Skipped.GetValueOrDefault(reason) + 1;
        Note(line, reason, message);
    }

    public void Note(long line, string reason, string message)
    {
        if (Issues.Count < ParseReport.IssuesMax)
        {
            Issues.Add(new ParseIssue(line, reason, message));
        }
    }
}
