using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Instruments that only a benchmark reads.</summary>
public sealed class ReferenceSeriesTests
{
    private static readonly Symbol s_index = Symbol.Parse("000300.SH");
    private static readonly MarketPanel s_whole = new PanelBuilder(new DateOnly(2024, 1, 2), 6)
        .Flat("000300.SH", "100", "101", "102", "101", "103", "104")
        .Flat("600000.SH", "10", "10.1", "10.2", "10.3", "10.2", "10.4")
        .Build();

    private static readonly BacktestSettings s_settings = new() { Benchmark = [new BenchmarkPart(s_index, 1_000_000)] };

    [Fact]
    public void KeepForBenchmark_Index_IsComparedWithAndNotTraded()
    {
        MarketPanel panel = s_whole.KeepForBenchmark([s_index, Symbol.Parse("399001.SZ")]);

        EngineRun run = FastEngine.Run(panel, new BuyAndHoldStrategy(default), s_settings, RuleBook.China, null, default);
        EngineRun traded = FastEngine.Run(s_whole, new BuyAndHoldStrategy(default), s_settings, RuleBook.China, null, default);

        Assert.All(run.Orders, order => Assert.Equal("600000.SH", order.Symbol.ToString()));
        Assert.Contains(traded.Orders, order => order.Symbol == s_index);
        Assert.Equal(traded.Benchmark.AsEnumerable(), run.Benchmark.AsEnumerable());
        Assert.Equal(1.04, run.Benchmark[^1], 12);
        Assert.Equal(-1, panel.IndexOf(s_index));
        Assert.NotNull(BenchmarkSeries.Of(panel, s_index));
    }

    [Fact]
    public void KeepForBenchmark_TruncatedOrWithActions_KeepsTheSeries()
    {
        MarketPanel panel = s_whole.KeepForBenchmark([s_index]);

        Assert.Equal(3, Assert.Single(panel.TruncateAfter(panel.Calendar.Days[2]).References).Count);
        Assert.Single(panel.WithActions([]).References);
        Assert.NotEqual(s_whole.ContentSha256, panel.ContentSha256);
        Assert.NotEqual(s_whole.KeepForBenchmark([]).ContentSha256, panel.ContentSha256);
    }

    [Fact]
    public void KeepForBenchmark_EveryInstrument_IsRefused() =>
        Assert.Throws<ArgumentException>(() => s_whole.KeepForBenchmark(s_whole.Series.Select(one => one.Instrument.Symbol)));
}
