namespace EasyQuant.Data;

/// <summary>What an import gave.</summary>
/// <param name="Table">The bars, sorted by symbol and time; with <c>start_time</c> for bars within the day.</param>
/// <param name="Report">Rows, rows left out and why, which column became which.</param>
/// <param name="Profile">The profile that was used.</param>
public sealed record ImportResult(Table Table, ParseReport Report, ImportProfile Profile);
