namespace EasyQuant.Data;

/// <summary>What cleaning gave.</summary>
/// <param name="Table">The bars that stay, sorted by (symbol, trading_date), all columns kept.</param>
/// <param name="Report">What was found.</param>
public sealed record QualityResult(Table Table, QualityReport Report);
