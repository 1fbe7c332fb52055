namespace EasyQuant.BacktestService.Storage;

/// <summary>What is stored of one symbol.</summary>
internal sealed record InstrumentRow(string Symbol, DateOnly FirstTradingDate, DateOnly LastTradingDate, long BarCount);
