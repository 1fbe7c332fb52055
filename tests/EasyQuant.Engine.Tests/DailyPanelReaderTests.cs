using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class DailyPanelReaderTests
{
    [Fact]
    public void Panel_RowsInAnyOrder_IsTheSame()
    {
        Table sorted = Bars(("000001.SZ", 1, 100), ("000001.SZ", 2, 110), ("600000.SH", 1, 200), ("600000.SH", 3, 210));
        Table shuffled = sorted.Take([3, 0, 2, 1]);
        MarketPanel panel = DailyPanelReader.Read(sorted);
        Assert.Equal(panel.ContentSha256, DailyPanelReader.Read(shuffled).ContentSha256);
        Assert.Equal(["000001.SZ", "600000.SH"], panel.Series.Select(series => series.Instrument.Symbol.ToString()));
        Assert.Equal([0, 2], panel.Series[1].Slots.ToArray());
        Assert.Equal([0, 200, 200], panel.PreviousClosesOf(1).ToArray());
    }

    [Fact]
    public void Panel_BarTwice_IsRefused() => Refused("DUPLICATE_BAR", Bars(("600000.SH", 1, 100), ("600000.SH", 1, 100)));

    [Fact]
    public void Panel_UnknownSymbol_IsRefused() => Refused("SYMBOL_INVALID", Bars(("what", 1, 100)));

    [Fact]
    public void Panel_ColumnMissing_IsNamed()
    {
        Table table = Bars(("600000.SH", 1, 100)).Select("symbol", "trading_date", "open", "high", "low", "volume");
        Refused("COLUMN_MISSING", table);
    }

    [Fact]
    public void Panel_NoRow_IsRefused() => Refused("NO_BARS", Bars());

    [Theory]
    [InlineData(double.NaN, "VALUE_MISSING")]
    [InlineData(double.NegativeInfinity, "PRICE_OUT_OF_RANGE")]
    [InlineData(-1.5, "PRICE_OUT_OF_RANGE")]
    [InlineData(0, "PRICE_OUT_OF_RANGE")]
    public void Panel_PriceNotAboveZero_IsRefused(double close, string reason)
    {
        Table good = Bars(("600000.SH", 1, 100));
        Table table = new([.. good.Columns.Where(column => column.Name != "close"), Float64Column.Create("close", new[] { close })]);
        BarTableException failure = Assert.Throws<BarTableException>(() => DailyPanelReader.Read(table));
        Assert.Equal(reason, failure.Reason);
        Assert.Contains("Row 0: \"close\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Panel_VolumeOfAShareMissing_IsRefused()
    {
        BarTableException failure = Assert.Throws<BarTableException>(() => DailyPanelReader.Read(WithoutVolume("600000.SH")));
        Assert.Equal("VALUE_MISSING", failure.Reason);
        Assert.Contains("\"volume\" of 600000.SH", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Panel_VolumeOfAnIndexMissing_IsZero() => Assert.Equal([0], DailyPanelReader.Read(WithoutVolume("000300.SH")).Series[0].Volume.ToArray());

    [Theory]
    [InlineData("BTCUSDT.BINANCE", 8, 150_000_000)]
    [InlineData("600000.SH", 0, 1)]
    public void Panel_VolumeWithPlaces_KeepsThemOutsideTheBoards(string symbol, int scale, long volume)
    {
        Table table = new([.. Bars((symbol, 1, 100)).Columns.Where(column => column.Name != "volume"), DecimalColumn.Create("volume", 8, new long[] { 150_000_000 })]);
        InstrumentBars series = DailyPanelReader.Read(table).Series[0];
        Assert.Equal(scale, series.Instrument.QuantityScale);
        Assert.Equal([volume], series.Volume.ToArray());
    }

    private static Table WithoutVolume(string symbol) => new(
        [
            .. Bars((symbol, 1, 100)).Columns.Where(column => column.Name != "volume"),
            Int64Column.Create("volume", new long[] { 7 }, Validity.FromFlags([false])),
        ]);

    private static void Refused(string reason, Table table) =>
        Assert.Equal(reason, Assert.Throws<BarTableException>(() => DailyPanelReader.Read(table)).Reason);

    private static Table Bars(params (string Symbol, int Day, long Price)[] rows)
    {
        long[] prices = [.. rows.Select(row => row.Price)];
        return new Table(
        [
            StringColumn.Create("symbol", [.. rows.Select(row => (string?)row.Symbol)]),
            DateColumn.Create("trading_date", rows.Select(row => row.Day).ToArray()),
            DecimalColumn.Create("open", 4, prices),
            DecimalColumn.Create("high", 4, prices),
            DecimalColumn.Create("low", 4, prices),
            DecimalColumn.Create("close", 4, prices),
            Int64Column.Create("volume", prices),
        ]);
    }
}
