using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Core.Tests.Data;

public sealed class TdxDayFileTests
{
    private static readonly Symbol s_pufa = Symbol.Parse("600000.SH");

    // 2024-01-02: 6.61 6.67 6.60 6.65, 82001232 CNY, 12345600 shares.
    private static readonly byte[] s_record =
        [.. BitConverter.GetBytes(20240102), .. BitConverter.GetBytes(661), .. BitConverter.GetBytes(667), .. BitConverter.GetBytes(660),
         .. BitConverter.GetBytes(665), .. BitConverter.GetBytes(82001232f), .. BitConverter.GetBytes(12345600), .. BitConverter.GetBytes(0)];

    [Theory]
    [InlineData("600000.SH", "6.6500", 12345600)]
    [InlineData("300750.SZ", "6.6500", 12345600)]
    [InlineData("430047.BJ", "6.6500", 12345600)]
    [InlineData("000001.SH", "6.6500", 1234560000)]
    [InlineData("399001.SZ", "6.6500", 1234560000)]
    [InlineData("510050.SH", "0.6650", 12345600)]
    [InlineData("159915.SZ", "0.6650", 12345600)]
    [InlineData("900901.SH", "0.6650", 12345600)]
    [InlineData("113050.SH", "0.6650", 12345600)]
    public void Read_KindOfInstrument_DecidesUnits(string symbol, string close, long volume)
    {
        Table table = TdxDayFile.Read(s_record, Symbol.Parse(symbol), 10);

        Assert.Equal(decimal.Parse(close, System.Globalization.CultureInfo.InvariantCulture), table["close"].GetValue(0));
        Assert.Equal(volume, table["volume"].GetValue(0));
        Assert.Equal(82001232m, table["amount"].GetValue(0));
        Assert.Equal(new DateOnly(2024, 1, 2), table["trading_date"].GetValue(0));
    }

    [Fact]
    public void Read_CutFile_NamesByteLength()
    {
        TdxException error = Assert.Throws<TdxException>(() => TdxDayFile.Read([.. s_record, .. s_record[..5]], s_pufa, 10));

        Assert.Equal("The file has 37 bytes, which is no multiple of 32: record 2 is cut off.", error.Message);
        Assert.Equal("TDX_TRUNCATED", error.Reason);
    }

    [Theory]
    [InlineData(20240230)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(18991231)]
    public void Read_BadDate_NamesRecordAndByte(int date)
    {
        byte[] bad = [.. BitConverter.GetBytes(date), .. s_record[4..]];

        TdxException error = Assert.Throws<TdxException>(() => TdxDayFile.Read([.. s_record, .. bad], s_pufa, 10));

        Assert.StartsWith($"Record 2 (byte 32): {(uint)date} is no date", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(-1f)]
    [InlineData(float.PositiveInfinity)]
    public void Read_BadAmount_NamesRecord(float amount)
    {
        byte[] bad = [.. s_record[..20], .. BitConverter.GetBytes(amount), .. s_record[24..]];

        Assert.StartsWith("Record 1 (byte 0): amount", Assert.Throws<TdxException>(() => TdxDayFile.Read(bad, s_pufa, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TooManyRecords_Refused() =>
        Assert.Equal("TDX_TOO_MANY_ROWS", Assert.Throws<TdxException>(() => TdxDayFile.Read([.. s_record, .. s_record], s_pufa, 1)).Reason);

    [Theory]
    [InlineData("600000.SH")]
    [InlineData("510050.SH")]
    [InlineData("000001.SH")]
    public void Write_AfterRead_GivesTheSameBytes(string symbol)
    {
        Symbol parsed = Symbol.Parse(symbol);

        Assert.Equal(s_record, TdxDayFile.Write(TdxDayFile.Read(s_record, parsed, 10), parsed));
    }

    [Fact]
    public void Write_PriceBetweenTicks_Refused()
    {
        Table table = TdxDayFile.Read(s_record, s_pufa, 10);

        TdxException error = Assert.Throws<TdxException>(
            () => TdxDayFile.Write(table.With(DecimalColumn.Create("high", 4, new long[] { 66705 })), s_pufa));

        Assert.Equal("Row 0 does not fit into a TDX record: column `high`: 6.6705.", error.Message);
    }

    [Theory]
    [InlineData("vipdoc/sh/lday/sh600000.day", "600000.SH")]
    [InlineData("sz000001.day", "000001.SZ")]
    [InlineData("sh000001.day", "000001.SH")]
    [InlineData("bj430047.day", "430047.BJ")]
    public void SymbolOfFileName_TdxName_IsRead(string name, string expected)
    {
        Assert.True(TdxDayFile.SymbolOfFileName(name, out Symbol symbol));
        Assert.Equal(expected, symbol.ToString());
    }
}
