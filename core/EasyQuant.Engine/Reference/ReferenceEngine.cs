using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// The obvious event-by-event engine for daily bars: the truth that faster engines must equal to the last bit. Long only, market
/// orders, exact money. The steps of a day are
/// 1. resting orders of instruments that trade, in order of submission, fill or are refused (cash of a sale serves later orders at once);
/// 2. closes are marked;
/// 3. the strategy sees the day's bars in order of symbol and gives orders;
/// 4. equity is recorded.
/// Stateless and thread-safe: runs may go in parallel over one panel.
/// </summary>
public static class ReferenceEngine
{
    /// <summary>Part of every manifest; changes when results can change.</summary>
    public const string Version = "reference/1";

    private const int CancelCheckDayInterval = 64;

    /// <summary>Runs one backtest.</summary>
    /// <typeparam name="TStrategy">A sealed class or struct, so that its calls are direct.</typeparam>
    /// <param name="panel">The bars; not modified.</param>
    /// <param name="strategy">A fresh strategy.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="rules">The rule book.</param>
    /// <param name="progress">Told the days done and the days in all about every 64 days and at the end; null for none.</param>
    /// <param name="cancellationToken">Looked at every 64 days.</param>
    /// <returns>Equity a day, orders and fills.</returns>
    /// <exception cref="BacktestParameterException">The settings are out of range, or the period holds no trading day (PERIOD_EMPTY).</exception>
    /// <exception cref="OverflowException">An amount exceeds the range of money (about 9e14 CNY).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static EngineRun Run<TStrategy>(
        DailyPanel panel,
        TStrategy strategy,
        BacktestSettings settings,
        RuleBook rules,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
        where TStrategy : IStrategy
    {
        IReadOnlyList<ParameterError> errors = settings.Validate();
        if (errors.Count > 0)
        {
            throw new BacktestParameterException(errors);
        }

        (int firstDay, int endDay) = Period(panel.Calendar, settings);
        Account account = new(panel, settings.InitialCash);
        OrderBook orders = new(panel.Series.Length);
        Matcher matcher = new(settings, rules, panel, account, new FeeSchedule(settings, rules));
        StrategyContext context = new(panel, account, orders, settings.ExchangeRules ? rules : null) { DayIndex = firstDay };
        int[] cursors = [.. panel.Series.Select(series => FirstBarFrom(series, firstDay))];
        ImmutableArray<EquityPoint>.Builder equity = ImmutableArray.CreateBuilder<EquityPoint>(endDay - firstDay);
        strategy.OnStart(context);
        for (int day = firstDay; day < endDay; day++)
        {
            if ((day - firstDay) % CancelCheckDayInterval == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Invoke(day - firstDay, endDay - firstDay);
            }

            context.DayIndex = day;
            FillResting(panel, orders, matcher, cursors, settings, day);
            MarkCloses(panel, account, cursors, day);
            context.AcceptOrders(true);
            ShowBars(panel, ref strategy, context, cursors, day);
            context.AcceptOrders(false);
            equity.Add(new EquityPoint(panel.Calendar.Days[day], new Money(account.Equity), new Money(account.Cash)));
        }

        strategy.OnStop(context);
        orders.ExpireResting();
        progress?.Invoke(endDay - firstDay, endDay - firstDay);
        return new EngineRun(equity.MoveToImmutable(), OrdersOf(panel, orders), [.. matcher.Fills], PositionsOf(panel, account, endDay - 1));
    }

    private static (int FirstDay, int EndDay) Period(TradingCalendar calendar, BacktestSettings settings)
    {
        int first = settings.StartDate is { } start ? IndexFrom(calendar, start) : 0;
        int end = settings.EndDate is { } last ? IndexFrom(calendar, last.AddDays(1)) : calendar.Count;
        return first < end
            ? (first, end)
            : throw new BacktestParameterException(
                [new ParameterError("PERIOD_EMPTY", "startDate", "The period from startDate to endDate holds no trading day of the data.")]);
    }

    private static int IndexFrom(TradingCalendar calendar, DateOnly day)
    {
        int index = calendar.Days.BinarySearch(day);
        return index >= 0 ? index : ~index;
    }

    private static int FirstBarFrom(DailySeries series, int day)
    {
        int index = series.Days.BinarySearch(day);
        return index >= 0 ? index : ~index;
    }

    private static void FillResting(
        DailyPanel panel, OrderBook orders, Matcher matcher, int[] cursors, BacktestSettings settings, int day)
    {
        int kept = 0;
        for (int i = 0; i < orders.Resting.Count; i++)
        {
            int index = orders.Resting[i];
            OrderEntry order = orders[index];
            if (!Trades(panel.Series[order.Instrument], cursors[order.Instrument], day, settings))
            {
                if (settings.SuspensionPolicy == SuspensionPolicy.Rest)
                {
                    orders.Resting[kept++] = index;
                }
                else
                {
                    orders.End(index, OrderState.Rejected, 0, "market.suspended");
                }

                continue;
            }

            (long quantity, string? boundBy) = matcher.Match(index + 1, order, cursors[order.Instrument], day);
            OrderState state = quantity == order.Quantity ? OrderState.Filled : quantity > 0 ? OrderState.Clipped : OrderState.Rejected;
            orders.End(index, state, quantity, boundBy);
        }

        orders.Resting.RemoveRange(kept, orders.Resting.Count - kept);
    }

    private static bool Trades(DailySeries series, int cursor, int day, BacktestSettings settings) =>
        cursor < series.Count
        && series.Days[cursor] == day
        && (!settings.ExchangeRules || series.Volume[cursor] > 0 || series.Instrument.Board is Board.Index or Board.Other);

    private static void MarkCloses(DailyPanel panel, Account account, int[] cursors, int day)
    {
        for (int i = 0; i < cursors.Length; i++)
        {
            DailySeries series = panel.Series[i];
            int cursor = cursors[i];
            if (cursor < series.Count && series.Days[cursor] == day)
            {
                account.SetPrice(i, series.Close[cursor]);
            }
        }

        account.Mark();
    }

    private static void ShowBars<TStrategy>(
        DailyPanel panel, ref TStrategy strategy, StrategyContext context, int[] cursors, int day)
        where TStrategy : IStrategy
    {
        DateOnly date = panel.Calendar.Days[day];
        for (int i = 0; i < cursors.Length; i++)
        {
            DailySeries series = panel.Series[i];
            int cursor = cursors[i];
            if (cursor < series.Count && series.Days[cursor] == day)
            {
                Bar bar = series.BarAt(cursor, date);
                strategy.OnBar(context, i, in bar);
                cursors[i] = cursor + 1;
            }
        }
    }

    private static ImmutableArray<Order> OrdersOf(DailyPanel panel, OrderBook orders)
    {
        ImmutableArray<Order>.Builder builder = ImmutableArray.CreateBuilder<Order>(orders.Count);
        for (int i = 0; i < orders.Count; i++)
        {
            ref OrderEntry order = ref orders[i];
            builder.Add(new Order(
                i + 1,
                panel.Series[order.Instrument].Instrument.Symbol,
                order.Side,
                new Quantity(order.Quantity),
                panel.Calendar.Days[order.SubmitDay],
                order.State,
                new Quantity(order.FilledQuantity),
                order.BoundBy));
        }

        return builder.MoveToImmutable();
    }

    private static ImmutableArray<Position> PositionsOf(DailyPanel panel, Account account, int lastDay)
    {
        ImmutableArray<Position>.Builder builder = ImmutableArray.CreateBuilder<Position>();
        for (int i = 0; i < panel.Series.Length; i++)
        {
            long quantity = account.Quantity(i);
            if (quantity != 0)
            {
                builder.Add(new Position(
                    panel.Series[i].Instrument.Symbol,
                    new Quantity(quantity),
                    new Quantity(account.Sellable(i, lastDay, 1)),
                    new Price(account.LastPrice(i)),
                    panel.Series[i].Days.BinarySearch(lastDay) < 0));
            }
        }

        return builder.ToImmutable();
    }
}
