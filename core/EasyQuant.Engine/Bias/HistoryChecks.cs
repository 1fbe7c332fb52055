using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Re-runs over shorter history: what the strategy did must not depend on data after it, and little on data long before it.</summary>
internal static class HistoryChecks
{
    /// <summary>Ends the bars earlier (the calendar stays) and compares all orders up to the cut, that day included.</summary>
    public static BiasVerdict Truncated(
        BiasSubject subject, EngineRun run, int cutCount, Action step, CancellationToken cancellationToken)
    {
        int compared = 0;
        int different = 0;
        DateOnly? first = null;
        for (int cut = 1; cut <= cutCount; cut++)
        {
            DateOnly day = run.Equity[Math.Max(0, (int)((long)run.Equity.Length * cut / (cutCount + 1)) - 1)].TradingDate;
            BiasSubject shorter = subject with { Panel = WithoutBarsAfter(subject.Panel, day), Settings = subject.Settings with { EndDate = day } };
            EngineRun part = shorter.Run(cancellationToken);
            step();
            Given[] left = [.. run.Orders.Where(order => order.SubmitDate <= day).Select(Given.Of)];
            Given[] right = [.. part.Orders.Select(Given.Of)];
            compared += Math.Max(left.Length, right.Length);
            for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
            {
                if (i >= left.Length || i >= right.Length || left[i] != right[i])
                {
                    different++;
                    DateOnly date = i < left.Length && i < right.Length
                        ? (left[i].Date < right[i].Date ? left[i].Date : right[i].Date)
                        : i < left.Length ? left[i].Date : right[i].Date;
                    first = first is null || date < first ? date : first;
                }
            }
        }

        BiasOutcome outcome = different > 0 ? BiasOutcome.Failed : compared == 0 ? BiasOutcome.NotApplicable : BiasOutcome.Passed;
        return new BiasVerdict(
            BiasCheck.TruncatedHistory,
            outcome,
            [new("cut_count", cutCount), new("order_count", compared), new("different_count", different)],
            outcome switch
            {
                BiasOutcome.Failed => $"{different} of {compared} orders change when later data is taken away, the first on {first:O}: the strategy looks ahead.",
                BiasOutcome.Passed => $"All {compared} orders stay the same when later data is taken away.",
                _ => "There is no order before any cut.",
            },
            outcome switch
            {
                BiasOutcome.Failed => $"去掉之后的数据，{compared} 个委托中有 {different} 个改变，最早在 {first:O}：策略使用了未来数据。",
                BiasOutcome.Passed => $"去掉之后的数据，{compared} 个委托全部不变。",
                _ => "截断点之前没有委托。",
            });
    }

    /// <summary>Starts a quarter of the period later and compares the orders of the second half by instrument, side and day.</summary>
    public static BiasVerdict WarmUp(BiasSubject subject, EngineRun run, Action step, CancellationToken cancellationToken)
    {
        DateOnly start = run.Equity[run.Equity.Length / 4].TradingDate;
        DateOnly half = run.Equity[run.Equity.Length / 2].TradingDate;
        EngineRun later = (subject with { Settings = subject.Settings with { StartDate = start } }).Run(cancellationToken);
        step();
        HashSet<(Symbol, OrderSide, DateOnly)> left = [.. run.Orders.Where(order => order.SubmitDate >= half).Select(Key)];
        HashSet<(Symbol, OrderSide, DateOnly)> right = [.. later.Orders.Where(order => order.SubmitDate >= half).Select(Key)];
        int common = left.Count(right.Contains);
        double? share = Sample.Ratio(2.0 * common, left.Count + right.Count);
        BiasOutcome outcome = share switch
        {
            null => BiasOutcome.NotApplicable,
            >= 0.9 => BiasOutcome.Passed,
            >= 0.5 => BiasOutcome.Warned,
            _ => BiasOutcome.Failed,
        };
        string percent = BiasChecks.Text(share, "P0");
        return new BiasVerdict(
            BiasCheck.WarmUp,
            outcome,
            [new("order_count", left.Count), new("later_order_count", right.Count), new("common_count", common), new("common_share", share)],
            outcome switch
            {
                BiasOutcome.NotApplicable => "There is no order in the second half of the period.",
                BiasOutcome.Passed => $"Starting a quarter later leaves {percent} of the later orders the same.",
                _ => $"Starting a quarter later leaves only {percent} of the later orders the same: indicators have not settled, or the strategy depends on its path.",
            },
            outcome switch
            {
                BiasOutcome.NotApplicable => "后半段没有委托。",
                BiasOutcome.Passed => $"晚四分之一开始，后半段 {percent} 的委托相同。",
                _ => $"晚四分之一开始，后半段只有 {percent} 的委托相同：指标尚未稳定，或策略依赖路径。",
            });

        static (Symbol, OrderSide, DateOnly) Key(Order order) => (order.Symbol, order.Side, order.SubmitDate);
    }

    /// <summary>The same calendar and instruments; bars, actions and rates of later days are gone.</summary>
    private static MarketPanel WithoutBarsAfter(MarketPanel panel, DateOnly last)
    {
        int dayCount = panel.Calendar.Days.Count(day => day <= last);
        int barCount = panel.Axis.FirstBarOf(dayCount);
        return new MarketPanel(
            panel.Calendar,
            panel.Axis,
            [.. panel.Series.Select(series => Cut(series, barCount))],
            [.. panel.Actions.Where(action => action.EffectiveDate <= last)],
            panel.ExchangeRates);
    }

    private static InstrumentBars Cut(InstrumentBars series, int barCount)
    {
        int rows = series.RowFrom(barCount);
        return new InstrumentBars
        {
            Instrument = series.Instrument,
            Slots = series.IsFull ? Enumerable.Range(0, rows).ToArray() : series.Slots[..rows],
            Open = series.Open[..rows],
            High = series.High[..rows],
            Low = series.Low[..rows],
            Close = series.Close[..rows],
            Volume = series.Volume[..rows],
            Amount = series.Amount.IsEmpty ? series.Amount : series.Amount[..rows],
            PreviousClose = series.PreviousClose,
            Suspended = series.Suspended,
            AdjustmentFactor = series.AdjustmentFactor,
        };
    }

    /// <summary>An order as the strategy gave it.</summary>
    private readonly record struct Given(
        Symbol Symbol, OrderSide Side, long Quantity, DateOnly Date, OrderType Type, long Limit, int Account)
    {
        public static Given Of(Order order) => new(
            order.Symbol, order.Side, order.Quantity.Units, order.SubmitDate, order.Type, order.LimitPrice.Units, order.Account);
    }
}
