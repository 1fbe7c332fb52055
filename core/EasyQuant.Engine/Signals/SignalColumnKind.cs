namespace EasyQuant.Engine;

/// <summary>What a cached column of <see cref="SignalColumns"/> holds.</summary>
internal enum SignalColumnKind
{
    Open,
    High,
    Low,
    Close,
    Volume,
    Sma,
    Ema,
    Wma,
    Rsi,
    Roc,
    StandardDeviation,
    ZScore,
    Atr,
    Cci,
    MacdLine,
    MacdSignal,
    MacdHistogram,
    BollingerMiddle,
    BollingerUpper,
    BollingerLower,
    DonchianUpper,
    DonchianMiddle,
    DonchianLower,
    Lag,
}
