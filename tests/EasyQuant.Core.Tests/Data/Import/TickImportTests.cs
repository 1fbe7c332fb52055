using System.Text;
using EasyQuant.Data;

namespace EasyQuant.Core.Tests.Data.Import;

public sealed class TickImportTests
{
    private static readonly TimeSpan s_shanghai = TimeSpan.FromHours(8);

    [Theory]
    [InlineData("symbol,time,last,volume,bid,ask\n600000.SH,2024-03-04T01:30:00.5Z,10.01,100,10,10.02\n600000.SH,2024-03-04T09:30:01+08:00,10.02,0,,10.03\n")]
    [InlineData("代码;日期;时间;最新价;成交量;买一价;卖一价\n600000.SH;20240304;09:30:00.5;10.01;100;10;10.02\n600000.SH;2024-03-04;093001;10.02;0;;10.03\n")]
    [InlineData("Code\tDateTime\tPrice\tVol\tBid1\tAsk1\n600000.SH\t2024-03-04 09:30:00.5\t10.01\t100\t10.00\t10.02\n600000.SH\t2024/3/4 9:30:01\t10.0200\t0\tNaN\t10.03\n")]
    public void Read_TextOfAnyForm_GivesTheSameTicks(string text)
    {
        Table table = Read("a/ticks.csv", Encoding.UTF8.GetBytes(text));
        Assert.Equal(["symbol", "time", "last", "volume", "bid", "ask"], table.Schema.Select(column => column.Name));
        Assert.Equal(new DateTime(2024, 3, 4, 1, 30, 0, 500, DateTimeKind.Utc), table["time"].GetValue(0));
        Assert.Equal(new DateTime(2024, 3, 4, 1, 30, 1, DateTimeKind.Utc), table["time"].GetValue(1));
        Assert.Equal((4, 10.01m, 10.02m), (table["last"].Scale, (decimal)table["last"].GetValue(0)!, (decimal)table["last"].GetValue(1)!));
        Assert.Equal((100L, 0L), ((long)table["volume"].GetValue(0)!, (long)table["volume"].GetValue(1)!));
        Assert.Equal((10m, null, 10.03m), ((decimal)table["bid"].GetValue(0)!, table["bid"].GetValue(1), (decimal)table["ask"].GetValue(1)!));
    }

    [Fact]
    public void Merge_FilesOfOtherScalesAndColumns_KeepEveryTickInTheirOrder()
    {
        Table coarse = Read("600000.SH.csv", "time,last,volume,bid\n2024-03-04 09:30:00,10.5,5,\n"u8.ToArray());
        Table fine = Read("600001.SH.csv", "time,last,volume,bid,ask\n2024-03-04 09:30:00,0.00000123,7,0.0000012,1\n"u8.ToArray());
        Table both = TickMerge.Tables([coarse, fine]);
        Assert.Equal(["symbol", "time", "last", "volume", "bid"], both.Schema.Select(column => column.Name));
        Assert.Equal([10.5m, 0.00000123m], [(decimal)both["last"].GetValue(0)!, (decimal)both["last"].GetValue(1)!]);
        Assert.Equal([null, 0.0000012m], [(decimal?)both["bid"].GetValue(0), (decimal?)both["bid"].GetValue(1)]);
        Assert.Equal(["600000.SH", "600001.SH"], [(string)both["symbol"].GetValue(0)!, (string)both["symbol"].GetValue(1)!]);
        Assert.Same(fine, TickMerge.Tables([fine]));
        Table other = new([StringColumn.Create("symbol", ["a"])]);
        Assert.Equal("IMPORT_FORMAT", Assert.Throws<ImportException>(() => TickMerge.Tables([coarse, other])).Reason);
    }

    [Fact]
    public void Read_MoreTicksThanAllowed_IsRefused()
    {
        byte[] text = "time,last,volume\n2024-03-04 09:30:00,10,5\n2024-03-04 09:30:01,11,6\n"u8.ToArray();
        ImportException error = Assert.Throws<ImportException>(() => TickImport.Read("600000.SH.csv", new MemoryFiles().Add("600000.SH.csv", text), s_shanghai, 1));
        Assert.Equal("IMPORT_LIMIT", error.Reason);
        Assert.Equal(2, TickImport.Read("600000.SH.csv", new MemoryFiles().Add("600000.SH.csv", text), s_shanghai, 2).RowCount);
    }

    [Fact]
    public void Read_SymbolInTheNameAndSmallPrices_KeepsEveryDigit()
    {
        Table table = Read("600000.SH.csv", "time,last,volume\n2024-03-04 09:30:00,0.00000123,5\n"u8.ToArray());
        Assert.Equal(("600000.SH", 8, 0.00000123m), ((string)table["symbol"].GetValue(0)!, table["last"].Scale, (decimal)table["last"].GetValue(0)!));
        Assert.Equal(4, table.Columns.Count);
    }

    [Fact]
    public void Read_ParquetAndArrow_AreTakenAsTheyAre()
    {
        Table table = Read("600000.SH.csv", "time,last,volume\n2024-03-04 09:30:00,10,5\n2024-03-04 09:30:01,11,6\n"u8.ToArray());
        using MemoryStream parquet = new();
        ParquetFile.Write(table, ParquetCodec.Gzip, parquet, default);
        using MemoryStream arrow = new();
        ArrowFile.Write(table, arrow, default);
        foreach (byte[] file in new[] { parquet.ToArray(), arrow.ToArray() })
        {
            Assert.Equal(TableFile.ToBytes(table), TableFile.ToBytes(Read("ticks", file)));
        }
    }

    [Theory]
    [InlineData("", CsvReasons.Empty, "header")]
    [InlineData("time,price\n", CsvReasons.MissingColumn, "lacks volume")]
    [InlineData("time,last,volume\nnoon,10,5\n", CsvReasons.BadDate, "Line 2: `noon`")]
    [InlineData("date,time,last,volume\n2024-02-30,09:30:00,10,5\n", CsvReasons.BadDate, "`2024-02-30`")]
    [InlineData("time,last,volume\n2024-03-04 09:30:00,,5\n", CsvReasons.BadNumber, "no last price")]
    [InlineData("time,last,volume\n2024-03-04 09:30:00,10,\n", CsvReasons.BadNumber, "no volume")]
    [InlineData("time,last,volume\n2024-03-04 09:30:00,10,1.5\n", CsvReasons.BadNumber, "volume is `1.5`")]
    [InlineData("time,last,volume\n2024-03-04 09:30:00,ten,5\n", CsvReasons.BadNumber, "last is `ten`")]
    [InlineData("time,last,volume\n2024-03-04 09:30:00,10\n", CsvReasons.FieldCount, "2 fields")]
    [InlineData("time,last,last,volume\n", CsvReasons.DuplicateColumn, "are both")]
    public void Read_Wrong_NamesLineAndWhatIsExpected(string text, string reason, string message)
    {
        CsvException fault = Assert.Throws<CsvException>(() => Read("600000.SH.csv", Encoding.UTF8.GetBytes(text)));
        Assert.Equal(reason, fault.Reason);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoSymbolOrNoFile_IsNamed()
    {
        Assert.Equal("IMPORT_SYMBOL", Assert.Throws<ImportException>(() => Read("ticks.csv", "time,last,volume\n"u8.ToArray())).Reason);
        Assert.Equal("IMPORT_FORMAT", Assert.Throws<ImportException>(() => TickImport.Read("none.csv", new MemoryFiles(), s_shanghai)).Reason);
        Assert.Equal("IMPORT_FORMAT", Assert.Throws<ImportException>(() => Read("ticks", "PAR1 and no more"u8.ToArray())).Reason);
    }

    private static Table Read(string path, byte[] file) => TickImport.Read(path, new MemoryFiles().Add(path, file), s_shanghai);
}
