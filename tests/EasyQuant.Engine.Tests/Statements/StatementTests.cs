using System.Globalization;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// A statement of an account, worked out by hand in statement.csv with a reason for every figure: 200,000 CNY, commission 0.025 % with at least 5, over
/// two changes of rates, partial fills, dividends with their tax, a bonus, rights and a split. The engine has to print the same lines.
/// </summary>
public sealed class StatementTests
{
    private static readonly DateOnly s_first = new(2022, 4, 25);
    private static readonly DateOnly s_last = new(2023, 9, 1);

    [Fact]
    public void Account_OfTheStatement_HasItsLines()
    {
        string[] lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Statements", "statement.csv")).Skip(1)];
        string[] expected = [.. lines.Select(line => line[..line.IndexOf(",\"", StringComparison.Ordinal)])];
        BacktestSettings settings = new()
        {
            InitialCash = Money.FromYuan(200_000),
            CommissionPpm = 250,
            RightsPolicy = RightsPolicy.Subscribe,
        };
        EngineRun run = ReferenceEngine.Run(Market(), new StatementStrategy(lines), settings, RuleBook.China, null, default);
        Assert.Equal(expected, Lines(run, settings.InitialCash));
        Assert.True(lines.Length >= 30);
        Assert.All(run.Orders, order => Assert.Equal(OrderState.Filled, order.State));
    }

    /// <summary>Postings come before the fills of a day.</summary>
    private static IEnumerable<string> Lines(EngineRun run, Money cash)
    {
        var all = run.Postings.Select(posting => (posting.TradingDate, Order: 0, Posting: (Posting?)posting, Fill: (Fill?)null))
            .Concat(run.Fills.Select(fill => (fill.TradingDate, Order: 1, Posting: (Posting?)null, Fill: (Fill?)fill)))
            .OrderBy(one => one.TradingDate).ThenBy(one => one.Order);
        foreach (var one in all)
        {
            if (one.Posting is { } posting)
            {
                cash += posting.Amount;
                string kind = posting.Kind switch { PostingKind.ShareIssue => "share_issue", PostingKind.Rights => "rights", _ => "dividend" };
                yield return $"{posting.TradingDate:yyyy-MM-dd},{kind},{posting.Symbol},{posting.Shares},,{Text(posting.Amount)},,,,,{Text(cash)}";
            }
            else if (one.Fill is { } fill)
            {
                cash += fill.CashFlow;
                string side = fill.Side == OrderSide.Buy ? "buy" : "sell";
                string price = ScaledDecimal.Format(fill.Price.Units, 4);
                price = fill.Symbol.Code == "510300" ? price[..^1] : price[..^2];
                yield return $"{fill.TradingDate:yyyy-MM-dd},{side},{fill.Symbol},{fill.Quantity},{price},{Text(fill.Value)},{Text(fill.Commission.Amount)},"
                    + $"{Text(fill.StampDuty.Amount)},{Text(fill.TransferFee.Amount)},{Text(fill.DividendTax.Amount)},{Text(cash)}";
            }
        }
    }

    private static string Text(Money money) => (money.Units / 10_000m).ToString("0.00", CultureInfo.InvariantCulture);

    private static MarketPanel Market()
    {
        int dayCount = PanelBuilder.Weekdays(s_first).TakeWhile(day => day <= s_last).Count();
        PanelBuilder builder = new(s_first, dayCount);
        Add(builder, "600000.SH", ("2022-04-25", "10.00"), ("2022-05-04", "10.07"), ("2022-06-15", "9.75"), ("2022-06-27", "9.80"), ("2022-08-10", "7.40"), ("2022-10-10", "7.17"));
        Add(builder, "688001.SH", ("2022-04-25", "50.13"), ("2022-06-28", "50.50"));
        Add(builder, "430047.BJ", ("2022-04-25", "8.03"));
        Add(builder, "510300.SH", ("2022-04-25", "4.123"), ("2022-11-01", "2.061"));
        Add(builder, "300750.SZ", ("2022-04-25", "230.10"), ("2023-08-30", "231.00"));
        Symbol share = Symbol.Parse("600000.SH");
        return builder.With(
            new CashDividend(share, Day("2022-06-15"), Day("2022-06-14"), Day("2022-06-17"), Price.Parse("0.35")),
            new BonusIssue(share, Day("2022-08-10"), Day("2022-08-10"), 3, 10),
            new CashDividend(share, Day("2022-08-10"), Day("2022-08-09"), Day("2022-08-10"), Price.Parse("0.2")),
            new RightsIssue(share, Day("2022-10-10"), Day("2022-10-14"), Day("2022-10-17"), 2, 10, Price.Parse("6")),
            new ShareSplit(Symbol.Parse("510300.SH"), Day("2022-11-01"), 2, 1)).Build();
    }

    private static void Add(PanelBuilder builder, string symbol, params (string From, string Price)[] prices)
    {
        long[] path = [.. builder.Calendar.Days.Select(day => Price.Parse(prices.Last(one => Day(one.From) <= day).Price).Units)];
        long[] volume = [.. builder.Calendar.Days.Select(day => symbol == "600000.SH" && day == Day("2022-05-11") ? 4000L
            : symbol == "600000.SH" && day == Day("2022-05-12") ? 4800 : 1_000_000)];
        builder.Add(symbol, [.. Enumerable.Range(0, path.Length)], path, path, volume);
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Gives the orders of the statement before the open of their day; the three lines from 2022-05-11 on are one limit order.</summary>
    private sealed class StatementStrategy(string[] lines) : IStrategy
    {
        public void OnStart(StrategyContext context)
        {
        }

        public void OnHeartbeat(StrategyContext context)
        {
            string date = context.TradingDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            foreach (string[] cells in lines.Where(line => line.StartsWith(date, StringComparison.Ordinal)).Select(line => line.Split(',')))
            {
                int instrument = context.IndexOf(Symbol.Parse(cells[2]));
                long quantity = long.Parse(cells[3], CultureInfo.InvariantCulture);
                if (date == "2022-05-11")
                {
                    context.Submit(OrderRequest.Limit(instrument, OrderSide.Buy, 3000, Price.Parse("10.10").Units));
                }
                else if (cells[1] == "buy" && date is not ("2022-05-12" or "2022-05-13"))
                {
                    context.Buy(instrument, quantity);
                }
                else if (cells[1] == "sell")
                {
                    context.Sell(instrument, quantity);
                }
            }
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
