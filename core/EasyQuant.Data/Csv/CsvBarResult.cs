namespace EasyQuant.Data;

/// <summary>What reading a CSV file gave.</summary>
/// <param name="Table">The bars, sorted by (symbol, trading_date); repeated bars are all there in file order.</param>
/// <param name="Report">What was read and what was left out.</param>
public sealed record CsvBarResult(Table Table, ParseReport Report);
