using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Keeps equity a day and turns the state of a run into its result.</summary>
internal sealed class RunRecorder(TradingCore core)
{
    private readonly ImmutableArray<EquityPoint>.Builder _equity = ImmutableArray.CreateBuilder<EquityPoint>(core.EndDay - core.TradeDay);
    private readonly Money[][] _accountEquity =
        [.. core.Accounts.Select(_ => new Money[core.EndDay - core.TradeDay])];

    private readonly Money _initialEquity = new(core.Ledger.TotalEquity());

    /// <summary>The points kept so far; empty after <see cref="ToRun"/>.</summary>
    public IReadOnlyList<EquityPoint> Equity => _equity;

    /// <summary>Keeps the equity of the current day; nothing while the run warms up.</summary>
    public void Record()
    {
        if (core.Day < core.TradeDay)
        {
            return;
        }

        long cash = 0;
        for (int account = 0; account < core.Accounts.Length; account++)
        {
            for (int currency = 0; currency < core.Ledger.Currencies.Count; currency++)
            {
                cash = checked(cash + core.Ledger.InBase(currency, core.Ledger.Cash(account, currency)));
            }

            _accountEquity[account][_equity.Count] = new Money(core.Ledger.Equity(account));
        }

        _equity.Add(new EquityPoint(core.Date, new Money(core.Ledger.TotalEquity()), new Money(cash)));
    }

    /// <summary>Returns the result of a finished run.</summary>
    public EngineRun ToRun() => new(_equity.MoveToImmutable(), Orders(), Fills(), Positions())
    {
        Accounts =
        [
            .. core.Accounts.Select((account, index) => new AccountRun(
                account.Name, [.. account.Cash], FinalCash(index), ImmutableArray.Create(_accountEquity[index]))),
        ],
        InitialEquity = _initialEquity,
        Assumptions = [.. SettingNames.AssumptionsOf(core.Settings), .. AuctionAssumptions()],
        Postings = [.. core.Postings],
        MarginCalls = [.. core.MarginCalls],
        Benchmark = BenchmarkLevels.Of(core.Panel, core.Settings.Benchmark, core.TradeDay, core.EndDay),
    };

    /// <summary>Names the bars that stood for an auction without being its row.</summary>
    private IEnumerable<string> AuctionAssumptions()
    {
        bool atFirst = false;
        bool atLast = false;
        bool isByRule = core.Settings.FillRule == FillRule.NextAuction;
        for (int i = 0; i < core.Fills.Count; i++)
        {
            ref FillEntry fill = ref core.Fills[i];
            ref OrderEntry order = ref core.Orders[fill.Order];
            Instrument instrument = core.Panel.Series[order.Instrument].Instrument;
            if (order.Type == OrderType.MarketOnOpen || (isByRule && order.Type == OrderType.Market))
            {
                atFirst |= fill.Tick > 0
                    ? !AuctionSessions.IsOpening(instrument, TimeOf(fill.Tick))
                    : !AuctionSessions.IsOpening(instrument, core.Panel.Axis, fill.Bar);
            }
            else if (order.Type == OrderType.MarketOnClose)
            {
                atLast |= !AuctionSessions.IsClosing(instrument, core.Panel.Axis, fill.Bar);
            }
        }

        return new[] { (atFirst, "auction.first_bar"), (atLast, "auction.last_bar") }.Where(one => one.Item1).Select(one => one.Item2);
    }

    private DateTimeOffset TimeOf(int tick) => DateTimeOffset.UnixEpoch.AddTicks(core.Panel.Ticks!.TimeOf(tick - 1) * TimeSpan.TicksPerMicrosecond);

    private ImmutableArray<Order> Orders()
    {
        ImmutableArray<Order>.Builder builder = ImmutableArray.CreateBuilder<Order>(core.Orders.Count);
        int firstBar = core.Panel.Axis.FirstBarOf(core.TradeDay);
        for (int i = 0; i < core.Orders.Count; i++)
        {
            ref OrderEntry order = ref core.Orders[i];
            builder.Add(new Order(
                i + 1,
                core.Panel.Series[order.Instrument].Instrument.Symbol,
                order.Side,
                new Quantity(order.Quantity),
                DateOf(Math.Max(order.SubmitBar, firstBar)),
                order.State,
                new Quantity(order.FilledQuantity),
                order.BoundBy)
            {
                Account = order.Account,
                Type = order.Type,
                TimeInForce = order.TimeInForce,
                LimitPrice = new Price(order.LimitPrice),
                StopPrice = new Price(order.StopPrice),
                PairedOrderId = order.Pair + 1,
                IsForced = order.IsForced,
            });
        }

        return builder.MoveToImmutable();
    }

    private ImmutableArray<Fill> Fills()
    {
        ImmutableArray<Fill>.Builder builder = ImmutableArray.CreateBuilder<Fill>(core.Fills.Count);
        for (int i = 0; i < core.Fills.Count; i++)
        {
            ref FillEntry fill = ref core.Fills[i];
            ref OrderEntry order = ref core.Orders[fill.Order];
            FeeRates rates = fill.Rates;
            builder.Add(new Fill(
                fill.Order + 1,
                core.Panel.Series[order.Instrument].Instrument.Symbol,
                DateOf(fill.Bar),
                order.Side,
                new Price(fill.Price),
                new Quantity(fill.Quantity),
                new Money(fill.Value),
                new Fee(FeeKind.Commission, new Money(fill.Commission), rates.CommissionPpm, fill.IsMinimumCommission, FeeRates.AccountSource),
                new Fee(FeeKind.StampDuty, new Money(fill.StampDuty), rates.StampDutyPpm, false, rates.StampDutySource),
                new Fee(FeeKind.TransferFee, new Money(fill.TransferFee), rates.TransferFeePpm, false, rates.TransferFeeSource)
                {
                    PerThousandShares = new Money(rates.TransferPerThousand),
                })
            {
                Account = order.Account,
                BarStart = core.Panel.Axis.StartOf(fill.Bar),
                BaseRate = core.Ledger.Currencies.RateOn(core.Ledger.CurrencyOf(order.Instrument), core.Panel.Axis.Days.Span[fill.Bar]),
                TickTime = fill.Tick > 0 ? TimeOf(fill.Tick) : null,
                Slippage = new Price(fill.Slippage),
                DividendTax = new Fee(FeeKind.DividendTax, new Money(fill.DividendTax), 0, false, fill.DividendTaxSource ?? string.Empty),
            });
        }

        return builder.MoveToImmutable();
    }

    private ImmutableArray<Position> Positions()
    {
        ImmutableArray<Position>.Builder builder = ImmutableArray.CreateBuilder<Position>();
        int lastDay = core.EndDay - 1;
        for (int account = 0; account < core.Accounts.Length; account++)
        {
            for (int i = 0; i < core.Panel.Series.Length; i++)
            {
                ref readonly PositionState position = ref core.Ledger.PositionOf(account, i);
                if (position.Quantity != 0)
                {
                    builder.Add(new Position(
                        core.Panel.Series[i].Instrument.Symbol,
                        new Quantity(position.Quantity),
                        new Quantity(core.Ledger.Sellable(account, i, lastDay, core.Terms.Of(i, lastDay).ShareDays)),
                        new Price(core.Ledger.LastPrice(i)),
                        !HasBarOn(i, lastDay))
                    {
                        Account = account,
                    });
                }
            }
        }

        return builder.ToImmutable();
    }

    private bool HasBarOn(int instrument, int day)
    {
        InstrumentBars series = core.Panel.Series[instrument];
        return series.RowFrom(core.Panel.Axis.EndBarOf(day)) > series.RowFrom(core.Panel.Axis.FirstBarOf(day));
    }

    private ImmutableArray<CashBalance> FinalCash(int account) =>
    [
        .. Enumerable.Range(0, core.Ledger.Currencies.Count).Select(currency => new CashBalance(
            core.Ledger.Currencies.Name(currency), new Money(core.Ledger.Cash(account, currency)))),
    ];

    private DateOnly DateOf(int bar) => core.Panel.Calendar.Days[core.Panel.Axis.Days.Span[bar]];
}
