using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class StrategySweepTests
{
    private static readonly MarketPanel s_panel = WorkloadMarket.Days(WorkloadMarket.Fixture("w3.bin"));
    private static readonly BacktestSettings s_settings = WorkloadTests.Settings(Money.FromYuan(5), true) with
    {
        EndDate = s_panel.Calendar.Days[300],
    };

    private static readonly SweepSpace s_space = new(
        [SweepAxis.Range("fast", 2, 12, 2), SweepAxis.Range("slow", 4, 40, 6)], point => point["fast"] < point["slow"]);

    [Fact]
    public void Grid_EveryAllowedPoint_IsTriedInOrder()
    {
        SweepResult result = Run(new SweepPlan.Grid(), 2);
        Assert.Equal(
            Enumerable.Range(0, (int)s_space.Count).Select(i => s_space.At(i)).Where(s_space.Allows), result.Trials.Select(trial => trial.Point));
        Assert.DoesNotContain(result.Trials, trial => trial.Point["fast"] >= trial.Point["slow"]);
        Assert.Equal(result.Trials.Max(trial => trial.TotalReturn), result.Best.TotalReturn);
    }

    [Fact]
    public void Trial_OfASweep_EqualsTheReferenceRun()
    {
        SweepTrial trial = Run(new SweepPlan.Random(3, 4), 2).Trials[^1];
        EngineRun run = ReferenceEngine.Run(s_panel, Cross(trial.Point), s_settings, RuleBook.China, null, default);
        Assert.Equal((run.Equity[^1].Equity, run.Orders.Length, run.Fills.Length), (trial.FinalEquity, trial.OrderCount, trial.FillCount));
        BacktestStatistics statistics = StatisticsCalculator.Compute(s_settings.InitialCash, run, RoundTripBuilder.Build(s_panel, run));
        Assert.Equal(statistics.TotalReturn, trial.TotalReturn, 12);
        Assert.Equal(statistics.MaxDrawdown, trial.MaxDrawdown, 12);
        Assert.Equal(statistics.Sharpe!.Value, trial.Sharpe!.Value, 9);
    }

    [Fact]
    public void Threads_AnyNumber_GiveTheSameResult()
    {
        foreach (SweepPlan plan in new SweepPlan[] { new SweepPlan.Grid(), new SweepPlan.Random(7, 9), new SweepPlan.Halving(7, 20, 3, 20) })
        {
            Table one = Run(plan, 1).ToTable();
            Table many = Run(plan, 5).ToTable();
            Assert.Equal(Text(one), Text(many));
        }
    }

    [Fact]
    public void Draw_SameSeed_GivesTheSameDistinctPoints()
    {
        List<SweepPoint> first = SweepDraw.Some(s_space, 5, 12);
        Assert.Equal(first, SweepDraw.Some(s_space, 5, 12));
        Assert.NotEqual(first, SweepDraw.Some(s_space, 6, 12));
        Assert.Equal(12, first.Distinct().Count());
        Assert.All(first, point => Assert.True(s_space.Allows(point)));
    }

    [Fact]
    public void Halving_Rounds_KeepTheBestOverMoreDays()
    {
        SweepResult result = Run(new SweepPlan.Halving(1, 27, 3, 10), 2);
        int[] days = [.. result.Trials.Select(trial => trial.DayCount).Distinct()];
        Assert.Equal([301 / 27, 301 / 9, 301 / 3, 301], days);
        Assert.Equal([27, 9, 3, 1], days.Select(count => result.Trials.Count(trial => trial.DayCount == count)));
        SweepTrial[] first = [.. result.Trials.Take(27)];
        double worstKept = result.Trials.Skip(27).Take(9).Min(trial => first.Single(one => one.Point == trial.Point).TotalReturn);
        Assert.True(first.Count(trial => trial.TotalReturn > worstKept) < 9);
        Assert.Equal(301, result.Best.DayCount);
    }

    [Fact]
    public void Table_OfASweep_HasAColumnAParameter()
    {
        SweepResult result = Run(new SweepPlan.Random(3, 4), 1);
        Table table = result.ToTable();
        Assert.Equal(4, table.RowCount);
        Assert.Equal(
            ["fast", "slow", "day_count", "final_equity", "total_return", "max_drawdown", "sharpe", "order_count", "fill_count"],
            table.Columns.Select(column => column.Name));
    }

    [Fact]
    public void Progress_WholeSweep_CountsAllTrials()
    {
        List<(int Done, int Total)> told = [];
        StrategySweep.Run(
            s_panel, s_space, new SweepPlan.Halving(1, 9, 3, 10), Cross, s_settings, RuleBook.China, new SweepOptions { ThreadCount = 2 }, (done, total) => told.Add((done, total)), default);
        Assert.Equal(Enumerable.Range(1, 13).Select(done => (done, 13)), told);
    }

    [Fact]
    public void Sweep_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => StrategySweep.Run(
            s_panel, s_space, new SweepPlan.Grid(), Cross, s_settings, RuleBook.China, new SweepOptions { ThreadCount = 2 }, (_, _) => source.Cancel(), source.Token));
    }

    [Fact]
    public void Arguments_Wrong_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new SweepAxis("a", [2, 1]));
        Assert.Throws<ArgumentException>(() => new SweepAxis("a", [double.NaN]));
        Assert.Throws<ArgumentException>(() => SweepAxis.Range("a", 1, 0, 1));
        Assert.Throws<ArgumentException>(() => new SweepSpace([new SweepAxis("a", [1]), new SweepAxis("a", [1])]));
        Assert.Throws<ArgumentException>(() => Run(new SweepPlan.Random(1, 0), 1));
        Assert.Throws<ArgumentException>(() => Run(new SweepPlan.Halving(1, 9, 1, 10), 1));
        Assert.Throws<ArgumentException>(() => s_space.At(0)["other"]);
        Assert.Throws<ArgumentException>(() => new SweepSpace([new SweepAxis("a", [0.5])]).At(0).Integer("a"));
        Assert.Equal(11, SweepAxis.Range("a", 0, 1, 0.1).Values.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WalkForward_Windows_LieSideBySide(bool isAnchored)
    {
        WalkForwardPlan plan = new(120, 50, isAnchored);
        WalkForwardResult result = WalkForward.Run(
            s_panel, plan, s_space, new SweepPlan.Random(3, 6), Cross, s_settings, RuleBook.China, new SweepOptions { ThreadCount = 2 }, null, default);
        TradingCalendar calendar = s_panel.Calendar;
        Assert.Equal(4, result.Windows.Length);
        for (int i = 0; i < result.Windows.Length; i++)
        {
            WalkForwardWindow window = result.Windows[i];
            int start = 120 + (i * 50);
            Assert.Equal(calendar.Days[isAnchored ? 0 : start - 120], window.InSampleFirst);
            Assert.Equal(calendar.Days[start - 1], window.InSampleLast);
            Assert.Equal(calendar.Days[start], window.OutOfSampleFirst);
            Assert.Equal(calendar.Days[Math.Min(start + 49, 300)], window.OutOfSampleLast);
            Assert.Equal(window.InSample.Point, window.OutOfSample.Point);
        }

        Assert.Equal(181, result.OutOfSampleReturns.Length);
        Assert.Equal(result.OutOfSampleReturns.Aggregate(1.0, (product, one) => product * (1 + one)) - 1, result.OutOfSampleReturn, 9);
        Assert.Equal(4, result.ToTable().RowCount);
    }

    [Fact]
    public void WalkForward_OutOfSampleWindow_EqualsARunOfItsOwn()
    {
        WalkForwardResult result = WalkForward.Run(
            s_panel, new WalkForwardPlan(150, 100, false), s_space, new SweepPlan.Random(3, 5), Cross, s_settings, RuleBook.China, new SweepOptions(), null, default);
        WalkForwardWindow window = result.Windows[0];
        BacktestSettings settings = s_settings with { StartDate = window.OutOfSampleFirst, EndDate = window.OutOfSampleLast };
        EngineRun run = ReferenceEngine.Run(s_panel, Cross(window.InSample.Point), settings, RuleBook.China, null, default);
        Assert.Equal(run.Equity[^1].Equity, window.OutOfSample.FinalEquity);
    }

    [Fact]
    public void WalkForward_NothingLeftToTry_IsRefused()
    {
        BacktestParameterException error = Assert.Throws<BacktestParameterException>(() => WalkForward.Run(
            s_panel, new WalkForwardPlan(301, 10, false), s_space, new SweepPlan.Grid(), Cross, s_settings, RuleBook.China, new SweepOptions(), null, default));
        Assert.Contains("301", error.Message, StringComparison.Ordinal);
    }

    private static SmaCrossStrategy Cross(SweepPoint point) => new(point.Integer("fast"), point.Integer("slow"), OrderSize.FixedShares(1000));

    private static SweepResult Run(SweepPlan plan, int threads) => StrategySweep.Run(
        s_panel, s_space, plan, Cross, s_settings, RuleBook.China, new SweepOptions { ThreadCount = threads }, null, default);

    private static string Text(Table table) => string.Join(
        '\n', Enumerable.Range(0, table.RowCount).Select(row => string.Join(',', table.Columns.Select(column => column switch
        {
            Float64Column number => BitConverter.DoubleToInt64Bits(number.Values[row]),
            DecimalColumn amount => amount.Units[row],
            _ => ((Int64Column)column).Values[row],
        }))));
}
