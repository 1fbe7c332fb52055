using EasyQuant.Data;
using EasyQuant.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data.Panels;

public sealed class BarPanelTests
{
    private static readonly PanelOptions s_options = new() { Dataset = "test", Room = 40 };

    [Fact]
    public void Create_RandomBars_ReadBackAsTheyCame() =>
        Prop.ForAll<int>(seed =>
        {
            Table bars = PanelBars.Daily(seed, 0, 20);
            BarPanel panel = Open(PanelBuilder.Create(bars, s_options, 1));
            panel.Verify(CancellationToken.None);
            return TableCsvText(PanelTable.Read(panel, new PanelQuery())) == TableCsvText(bars);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Create_RandomMinuteBars_ReadBackAsTheyCame() =>
        Prop.ForAll<int>(seed =>
        {
            Table bars = PanelBars.Minutes(seed, 3);
            BarPanel panel = Open(PanelBuilder.Create(bars, s_options with { Interval = PanelInterval.OfMinutes(1) }, 1));
            panel.Verify(CancellationToken.None);
            Table read = PanelTable.Read(panel, new PanelQuery());
            return TableCsvText(read) == TableCsvText(bars.Select([.. read.Columns.Select(c => c.Name)]));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Append_InPlaceOrAnew_EqualsTheWholeAtOnce() =>
        Prop.ForAll<int>(seed =>
        {
            Table early = PanelBars.Daily(seed, 0, 15);
            Table late = PanelBars.Daily(seed + 1, 15, 10, symbolCount: 4);
            PanelDraft first = PanelBuilder.Create(early, s_options, 1);
            var memory = new MemoryPanelFiles(first, CancellationToken.None);
            PanelDraft roomy = PanelBuilder.Append(BarPanel.Open(memory), late, s_options);
            BarPanel tight = Open(PanelBuilder.Create(early, s_options with { Room = 0 }, 1));
            PanelDraft anew = PanelBuilder.Append(tight, late, s_options);
            BarPanel whole = Open(PanelBuilder.Create(BarTable.Merge([early, late]), s_options, 1));
            BarPanel appended = Open(anew);
            appended.Verify(CancellationToken.None);
            return roomy.IsInPlace && roomy.NewBarCount == late.RowCount && !anew.IsInPlace
                && appended.ContentSha256 == whole.ContentSha256
                && TableCsvText(PanelTable.Read(appended, new PanelQuery())) == TableCsvText(PanelTable.Read(whole, new PanelQuery()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Append_BarNotLater_IsAConflict()
    {
        BarPanel panel = Open(PanelBuilder.Create(PanelBars.Daily(1, 0, 20), s_options, 1));
        Assert.Equal("PANEL_CONFLICT", Assert.Throws<PanelException>(() => PanelBuilder.Append(panel, PanelBars.Daily(2, 19, 3), s_options)).Reason);
        Table inside = PanelBars.Daily(3, -5, 2);
        Assert.Equal("PANEL_CONFLICT", Assert.Throws<PanelException>(() => PanelBuilder.Append(panel, inside, s_options)).Reason);
    }

    [Fact]
    public void Create_MissingPrice_IsAnErrorWithSymbolAndDay()
    {
        Table bars = PanelBars.Daily(1, 0, 5);
        Table holed = bars.With(DecimalColumn.Create(
            BarTable.Close, 4, bars.GetColumn<DecimalColumn>(BarTable.Close).Memory, Validity.FromFlags([.. Enumerable.Range(0, bars.RowCount).Select(i => i != 2)])));
        PanelException fault = Assert.Throws<PanelException>(() => PanelBuilder.Create(holed, s_options, 1));
        Assert.Equal("PANEL_INPUT", fault.Reason);
        Assert.Contains("`close`", fault.Message, StringComparison.Ordinal);
        Assert.Contains("2024-01-", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_DuplicateOrDayOutsideCalendar_IsNamed()
    {
        Table bars = PanelBars.Daily(1, 0, 5);
        PanelException twice = Assert.Throws<PanelException>(() => PanelBuilder.Create(BarTable.Merge([bars, bars.Slice(0, 1)]), s_options, 1));
        Assert.Contains("two bars", twice.Message, StringComparison.Ordinal);
        PanelOptions closed = s_options with { Calendar = TradingCalendar.FromDays([PanelBars.Start]) };
        PanelException outside = Assert.Throws<PanelException>(() => PanelBuilder.Create(bars, closed, 1));
        Assert.Contains("no trading day", outside.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedRow_IsFoundByVerify()
    {
        PanelDraft draft = PanelBuilder.Create(PanelBars.Daily(1, 0, 20), s_options, 1);
        var memory = new MemoryPanelFiles(draft, CancellationToken.None);
        BarPanel panel = BarPanel.Open(memory);
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(panel.Values(1, BarTable.High)).Span[3]++;
        PanelException fault = Assert.Throws<PanelException>(() => panel.Verify(CancellationToken.None));
        Assert.Contains("430047.BJ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("high", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Facts_WrittenAndRead_Stay()
    {
        const string Json = """
            {"instruments":[{"symbol":"600000.SH","board":"Main","name":"浦发银行","lot_size":100,"tick":100,"list_date":"1999-11-10",
              "special_treatment":[{"first":"2024-01-02","last":"2024-01-05"}],"suspensions":[{"first":"2024-01-03","last":null}],
              "factors":[{"ex_date":"2024-01-04","multiplier":"1.5","known_from":"2024-01-01"}]}]}
            """;
        IReadOnlyList<InstrumentFacts> facts = InstrumentsJson.ReadFacts(System.Text.Encoding.UTF8.GetBytes(Json));
        BarPanel panel = Open(PanelBuilder.Create(PanelBars.Daily(1, 0, 9), s_options with { Facts = facts }, 1));
        InstrumentFacts kept = panel.Instruments[panel.IndexOf(Symbol.Parse("600000.SH"))].Facts;
        Assert.Equal(("浦发银行", 100, 100L, new DateOnly(1999, 11, 10)), (kept.Name, kept.LotSize, kept.Tick, kept.ListDate));
        Assert.True(kept.SpecialTreatment[0].Contains(new DateOnly(2024, 1, 5)) && !kept.SpecialTreatment[0].Contains(new DateOnly(2024, 1, 6)));
        Assert.Equal(DateOnly.MaxValue, kept.Suspensions[0].Last);
        Assert.Equal(new AdjustmentFactor(new DateOnly(2024, 1, 4), 1_500_000_000_000, new DateOnly(2024, 1, 1)), kept.Factors[0]);
        PanelException unknown = Assert.Throws<PanelException>(() => InstrumentsJson.ReadFacts("""{"instruments":[{"symbol":"600000.SH","listed":1}]}"""u8));
        Assert.Contains("600000.SH", unknown.Message, StringComparison.Ordinal);
    }

    private static BarPanel Open(PanelDraft draft) => BarPanel.Open(new MemoryPanelFiles(draft, CancellationToken.None));

    private static string TableCsvText(Table table)
    {
        var writer = new StringWriter();
        TableCsv.Write(table, writer);
        return writer.ToString();
    }
}
