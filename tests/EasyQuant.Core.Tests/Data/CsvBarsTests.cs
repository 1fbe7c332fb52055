using System.IO.Compression;
using System.Text;
using EasyQuant.Data;
using EasyQuant.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data;

public sealed class CsvBarsTests
{
    private static readonly CsvBarOptions s_pufa = new() { Symbol = Symbol.Parse("600000.SH") };

    private const string Canonical =
        "symbol,trading_date,open,high,low,close,volume,amount\n"
        + "600000.SH,2024-01-02,6.6100,6.6700,6.6000,6.6500,12345600,82001234.5600\n"
        + "600000.SH,2024-01-03,6.6500,6.7000,6.6200,6.6900,100,670.0000\n";

    [Theory]
    [InlineData("ts_code,trade_date,open,high,low,close,volume,amount\n600000.SH,20240103,6.65,6.7,6.62,6.69,100,670\n600000.SH,20240102,6.61,6.67,6.60,6.65,12345600,82001234.56\n")]
    [InlineData("\uFEFF日期;股票代码;开盘;收盘;最高;最低;成交量;成交额\r\n2024/1/2;600000;6.61;6.65;6.67;6.60;\"12,345,600\";82,001,234.56\r\n2024/1/3;sh600000;6.65;6.69;6.70;6.62;100;670\r\n")]
    [InlineData(",code,Close,HIGH, Low ,open,money,vol\n2024-01-02 00:00:00,600000.XSHG,6.65,6.67,6.60,6.61,8.200123456e+07,12345600\n2024-01-03T00:00:00+08:00,SH600000,6.69,6.7,6.62,6.65,670,1E2\n")]
    [InlineData("symbol|exchange|datetime|open|high|low|close|volume|turnover\n600000|SSE|2024-01-02 00:00:00|6.61|6.67|6.6|6.65|12345600.0|82001234.56\n\n600000|SSE|2024-01-03|6.65|6.7|6.62|6.69|100|670|\n")]
    [InlineData("浦发银行 (600000) 日线 前复权\ndate\tts_code\topen\thigh\tlow\tclose\tvolume\tamount\n20240102\t600000.SH\t6.61\t6.67\t6.60\t6.65\t12345600\t82001234.56\n20240103\t600000.SH\t6.65\t6.7\t6.62\t6.69\t100\t670\n数据来源:通达信\n")]
    public void Read_VendorForms_GiveTheSameBars(string text)
    {
        CsvBarResult result = Read(text, new CsvBarOptions());

        Assert.Equal(Canonical, Csv(result.Table));
    }

    [Fact]
    public void Read_Tushare_ScalesLotsAndThousands()
    {
        const string Text = "ts_code,trade_date,close,open,high,low,pre_close,change,pct_change,vol,amount\n"
            + "600000.SH,20240102,6.65,6.61,6.67,6.6,6.62,0.03,0.4532,123456.78,82001.23456\n";

        CsvBarResult result = Read(Text, new CsvBarOptions { Profile = CsvProfile.Tushare });

        Assert.Equal(
            "symbol,trading_date,open,high,low,close,volume,amount,pre_close\n600000.SH,2024-01-02,6.6100,6.6700,6.6000,6.6500,12345678,82001234.5600,6.6200\n",
            Csv(result.Table));
        Assert.Equal(0, result.Report.RoundedCount);
    }

    [Fact]
    public void Read_Gb18030_IsDetected()
    {
        Encoding gb = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
        byte[] bytes = gb.GetBytes("名称,日期,开盘,最高,最低,收盘,成交量\n浦发银行|,2024-01-02,6.61,6.67,6.60,6.65,12345600\n");

        CsvBarResult result = CsvBars.Read(bytes.AsMemory(), s_pufa);

        Assert.Equal("gb18030", result.Report.Encoding);
        Assert.Equal(12345600, result.Table.GetColumn<Int64Column>("volume").Values[0]);
        Assert.True(result.Table["amount"].IsNull(0));
    }

    [Fact]
    public void Read_RepeatedHeaderAndSuspendedDay_AreSkippedAndReported()
    {
        const string Text = "date,open,high,low,close,volume\n2024-01-02,1,1,1,1,5\ndate,open,high,low,close,volume\n2024-01-03,,,,,\n2024-01-02,2,2,2,2,6\n";

        ParseReport report = Read(Text, s_pufa).Report;

        Assert.Equal((4, 2, 2), (report.RowsRead, report.RowsLoaded, report.RowsSkipped));
        Assert.Equal(1, report.SkippedByReason[CsvReasons.RepeatedHeader]);
        Assert.Equal(1, report.SkippedByReason[CsvReasons.NoPrices]);
        Assert.Equal([3L, 4L], report.Issues.Select(i => i.Line));
        Assert.Equal(1, report.DuplicateCount);
    }

    [Fact]
    public void Read_MoreDigitsThanKept_RoundedAndCounted()
    {
        CsvBarResult result = Read("date,open,high,low,close,volume\n2024-01-02,1.23445,1.23455,-1.00005,1,5\n", s_pufa);

        Assert.Equal(3, result.Report.RoundedCount);
        Assert.Equal(1.2345m, result.Table["open"].GetValue(0));
        Assert.Equal(1.2346m, result.Table["high"].GetValue(0));
        Assert.Equal(-1.0001m, result.Table["low"].GetValue(0));
    }

    [Theory]
    [InlineData("date,open,high,low,close\n2024-01-02,1,\"1,1,1\n2024-01-03,1,1,1,1\n", CsvReasons.UnclosedQuote, "Line 2: a quote is opened and never closed.")]
    [InlineData("date,open,high,low,close\n2024-01-02,1,\"1\"x,1,1\n", CsvReasons.BadQuote, "Line 2: text follows a closing quote; a quote inside a quoted field must be doubled.")]
    [InlineData("date,open,high,low\n2024-01-02,1,1,1\n", CsvReasons.MissingColumn, "Line 1: no column for close; the header has: date, open, high, low.")]
    [InlineData("date,open,high,low,close,open\n", CsvReasons.DuplicateColumn, "Line 1: columns 2 and 6 of the header are both `open`.")]
    [InlineData("date,open,high,low,close\n\n2024-01-02,1,1,x1,1\n", CsvReasons.BadNumber, "Line 3: column 4 (low): `x1` is no number that fits.")]
    [InlineData("date,open,high,low,close\n2024-01-02,1,1,1,99999999999999999999\n", CsvReasons.BadNumber, "Line 2: column 5 (close): `99999999999999999999` is no number that fits.")]
    [InlineData("date,open,high,low,close\n2024-01-02,1,1,,1\n", CsvReasons.BadNumber, "Line 2: 1 of the four prices are empty.")]
    [InlineData("date,open,high,low,close\n1/2/1990,1,1,1,1\n", CsvReasons.DateOrder, "no date tells whether 1/2/1990 is month/day or day/month; name the order of dates (month_first or day_first).")]
    [InlineData("date,open,high,low,close\n2024-02-30,1,1,1,1\n", CsvReasons.BadDate, "Line 2: `2024-02-30` is no date; known are 2024-01-31, 20240131, 2024/1/31, 1/31/2024 and Jan 31 2024.")]
    [InlineData("date,open,high,low,close\n2024-01-02,1,1,1,1,1\n", CsvReasons.FieldCount, "Line 2: 6 fields, the header has 5.")]
    [InlineData("date,open,high,low,close\n2024-01-02,1,1\n", CsvReasons.FieldCount, "Line 2: 3 fields, the header has 5.")]
    [InlineData("", CsvReasons.Empty, "the file is empty; expected a header line.")]
    public void Read_BadFile_ErrorNamesLineAndCause(string text, string reason, string message)
    {
        CsvException error = Assert.Throws<CsvException>(() => Read(text, s_pufa));

        Assert.Equal(reason, error.Reason);
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Read_NoSymbolAnywhere_SaysSo()
    {
        CsvException error = Assert.Throws<CsvException>(() => Read("date,open,high,low,close\n", new CsvBarOptions()));

        Assert.Equal("Line 1: no column for symbol; the header has: date, open, high, low, close.", error.Message);
    }

    [Fact]
    public void Read_BadSymbol_NamesIt()
    {
        CsvException error = Assert.Throws<CsvException>(() => Read("code,date,open,high,low,close\nno such,2024-01-02,1,1,1,1\n", new CsvBarOptions()));

        Assert.Equal((CsvReasons.BadSymbol, 2L), (error.Reason, error.Line));
    }

    [Fact]
    public void Read_SkipBadRows_KeepsTheGoodOnes()
    {
        CsvBarResult result = Read(
            "date,open,high,low,close,volume\n2024-01-02,x,1,1,1,5\n2024-01-03,1,1,1,1,5\nno,1,1,1,1,5\n", s_pufa with { SkipBadRows = true });

        Assert.Equal(1, result.Table.RowCount);
        Assert.Equal(1, result.Report.SkippedByReason[CsvReasons.BadNumber]);
        Assert.Equal(1, result.Report.SkippedByReason[CsvReasons.BadDate]);
    }

    [Fact]
    public void Read_BytesOfNoEncoding_ErrorNamesTheLine()
    {
        byte[] bytes = [.. "date,open,high,low,close\n2024-01-02,1,1,1,1\n2024-01-03,"u8, 0xFF, 0xFF, .. ",1,1,1\n"u8];

        CsvException either = Assert.Throws<CsvException>(() => CsvBars.Read(bytes.AsMemory(), s_pufa));
        CsvException utf8 = Assert.Throws<CsvException>(() => CsvBars.Read(bytes.AsMemory(), s_pufa with { Encoding = CsvEncoding.Utf8 }));
        CsvException utf16 = Assert.Throws<CsvException>(() => CsvBars.Read(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("date")).ToArray(), s_pufa));

        Assert.Equal("Line 3: the bytes are neither UTF-8 nor GB18030.", either.Message);
        Assert.Equal("Line 3: the bytes are not UTF-8.", utf8.Message);
        Assert.Equal("Line 1: the file is UTF-16; save it as UTF-8 or GB18030.", utf16.Message);
    }

    [Fact]
    public void Read_Limits_AreEnforced()
    {
        CsvBarOptions small = s_pufa with { LineBytesMax = 1024, FieldBytesMax = 100, ColumnsMax = 10, RowsMax = 1 };
        const string Header = "date,open,high,low,close,note\n";

        Assert.Equal(CsvReasons.LineTooLong, Reason(Header + "2024-01-02,1,1,1,1," + new string('x', 3_000_000), small with { FieldBytesMax = 1 << 22 }));
        Assert.Equal(CsvReasons.LineTooLong, Reason(new string('x', 3_000_000), small));
        Assert.Equal(CsvReasons.UnclosedQuote, Reason(Header + "2024-01-02,1,1,1,1,\"" + new string('x', 3_000_000) + "\"\n", small));
        Assert.Equal(CsvReasons.FieldTooLong, Reason(Header + "2024-01-02,1,1,1,1," + new string('x', 101), small));
        Assert.Equal(CsvReasons.TooManyColumns, Reason(new string(',', 10), small));
        Assert.Equal(CsvReasons.TooManyRows, Reason(Header + "2024-01-02,1,1,1,1,\n2024-01-03,1,1,1,1,\n", small));
    }

    [Fact]
    public void Read_ManyPieces_LosesNothing()
    {
        var text = new StringBuilder("日期,备注,代码,开盘,最高,最低,收盘,成交量\n");
        for (int i = 0; i < 60_000; i++)
        {
            string date = new DateOnly(1990, 1, 1).AddDays(i % 10_000).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{date},\"备注\"\"{i % 7}\",{600000 + (i / 10_000)},{i}.25,{i}.5,{i},{i}.25,{i}\r\n");
        }

        Encoding gb = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
        Table utf8 = Read(text.ToString(), new CsvBarOptions()).Table;
        Table gb18030 = CsvBars.Read(gb.GetBytes(text.ToString()), new CsvBarOptions()).Table;

        Assert.Equal(Enumerable.Range(0, 60_000).Select(i => (long)i), utf8.GetColumn<Int64Column>("volume").Values.ToArray());
        Assert.True(utf8.ContentEquals(gb18030));
    }

    [Theory]
    [InlineData("utf-8", 1, true)]
    [InlineData("utf-8", 70, false)]
    [InlineData("utf-8", 4_700, true)]
    [InlineData("utf-8", 4_700, false)]
    [InlineData("gb18030", 70, false)]
    [InlineData("gb18030", 5_500, true)]
    public void Read_LengthKnownOrNot_SameBars(string encoding, int rows, bool endsWithNewline)
    {
        var text = new StringBuilder("date,名称,open,high,low,close,volume");
        for (int i = 0; i < rows; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n{new DateOnly(2000, 1, 1).AddDays(i):yyyy-MM-dd},浦发银行,{i}.25,{i}.5,{i},{i}.25,{i}");
        }

        byte[] bytes = CodePagesEncodingProvider.Instance.GetEncoding(encoding) is { } gb
            ? gb.GetBytes(text.Append(endsWithNewline ? "\n" : "").ToString())
            : Encoding.UTF8.GetBytes(text.Append(endsWithNewline ? "\n" : "").ToString());
        using var packed = new MemoryStream();
        using (var pack = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            pack.Write(bytes);
        }

        packed.Position = 0;
        using var unpacked = new DeflateStream(packed, CompressionMode.Decompress);

        Table known = CsvBars.Read(bytes, s_pufa).Table;
        Table unknown = CsvBars.Read(unpacked, s_pufa).Table;

        Assert.Equal(rows, known.RowCount);
        Assert.True(known.ContentEquals(unknown));
    }

    [Fact]
    public void Read_SmallFile_CostsNoLargeBuffer()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("date,open,high,low,close,volume\n2024-01-02,1,1,1,1,1\n");
        CsvBars.Read(bytes, s_pufa);
        long before = GC.GetAllocatedBytesForCurrentThread();

        CsvBars.Read(bytes, s_pufa);

        // The columns of 1,024 rows and small things; buffers of the longest piece would be 1.8 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
    }

    [Fact]
    public void Number_AnyDecimal_IsExact() => Prop.ForAll<long, byte>((units, scale) =>
    {
        decimal value = DecimalUnits.ToDecimal(units, scale % 5);
        byte[] text = Encoding.UTF8.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture));

        CsvBarResult result = CsvBars.Read(
            (byte[])[.. "date,open,high,low,close,volume\n2024-01-02,"u8, .. text, .. ",1,1,1,1\n"u8], s_pufa);

        return value.Equals(result.Table["open"].GetValue(0));
    }).QuickCheckThrowOnFailure();

    private static string Reason(string text, CsvBarOptions options) => Assert.Throws<CsvException>(() => Read(text, options)).Reason;

    private static CsvBarResult Read(string text, CsvBarOptions options) => CsvBars.Read(Encoding.UTF8.GetBytes(text), options);

    private static string Csv(Table table)
    {
        var writer = new StringWriter();
        TableCsv.Write(table, writer);
        return writer.ToString();
    }
}
