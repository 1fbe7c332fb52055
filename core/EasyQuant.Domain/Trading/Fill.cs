namespace EasyQuant.Domain;

/// <summary>An execution of an order. Cash changes by <see cref="CashFlow"/>.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="TradingDate">The day of the execution.</param>
/// <param name="Side">Direction.</param>
/// <param name="Price">Price in units of the instrument's price scale.</param>
/// <param name="Quantity">Shares (units of the quantity scale), at least 1.</param>
/// <param name="Value">Price times quantity.</param>
/// <param name="Commission">The broker's commission.</param>
/// <param name="StampDuty">Stamp duty; amount 0 when none applies.</param>
/// <param name="TransferFee">Transfer fee; amount 0 when none applies.</param>
public sealed record Fill(
    int OrderId,
    Symbol Symbol,
    DateOnly TradingDate,
    OrderSide Side,
    Price Price,
    Quantity Quantity,
    Money Value,
    Fee Commission,
    Fee StampDuty,
    Fee TransferFee)
{
    /// <summary>Index of the account, from 0.</summary>
    public int Account { get; init; }

    /// <summary>Start of the bar in which the order filled, UTC; midnight of the trading date for daily bars.</summary>
    public DateTimeOffset BarStart { get; init; }

    /// <summary>Instant of the tick on which the order filled, UTC; null for a fill on a bar.</summary>
    public DateTimeOffset? TickTime { get; init; }

    /// <summary>What slippage added to a buy's price or took from a sale's, in price units, at least 0; contained in <see cref="Price"/>.</summary>
    public Price Slippage { get; init; }

    /// <summary>Tax on dividends of the shares sold; amount 0 when none applies.</summary>
    public Fee DividendTax { get; init; }

    /// <summary>Units of 1e-8 of the run's base currency for 1 unit of the instrument's, at the close of the day; 100,000,000 (default) in the base currency.</summary>
    public long BaseRate { get; init; } = Money.BaseRateOne;

    /// <summary><see cref="Value"/> in the base currency at <see cref="BaseRate"/>, rounded half up to a money unit.</summary>
    public Money ValueInBase => Value.AtRate(BaseRate);

    /// <summary><see cref="Fees"/> in the base currency at <see cref="BaseRate"/>, rounded half up to a money unit.</summary>
    public Money FeesInBase => Fees.AtRate(BaseRate);

    /// <summary>Sum of all fees and taxes.</summary>
    public Money Fees => Commission.Amount + StampDuty.Amount + TransferFee.Amount + DividendTax.Amount;

    /// <summary>Change of cash: minus value minus fees for a buy, value minus fees for a sell.</summary>
    public Money CashFlow => Side == OrderSide.Buy ? -(Value + Fees) : Value - Fees;
}
