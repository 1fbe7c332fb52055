using System.Globalization;
using System.IO.Compression;
using System.Text;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Core.Tests.Data.Import;

/// <summary>Writes one canonical series in every form of the format table, as the vendors write it.</summary>
internal static class VendorFiles
{
    private static readonly Encoding s_gb = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
    private static readonly ImportOptions s_auto = new();
    private static readonly ImportOptions s_china = new() { ZoneId = "Asia/Shanghai" };

    public static IEnumerable<VendorFile> Days(CanonicalBar[] bars)
    {
        CanonicalBar[] newestFirst = [.. bars.Reverse()];
        yield return Csv("tushare", "pool.csv", "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount,ah_vol", newestFirst,
            b => $"600000.SH,{b.Start:yyyyMMdd},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{P(b.PreClose)},{P(b.Close - b.PreClose)},0.1,{b.Volume / 100}.0,{b.Amount / 1000}.0,");
        yield return Csv("tushare", "index.csv", "ts_code,trade_date,close,open,high,low,pre_close,change,pct_change,vol,amount", newestFirst,
            b => $"600000.SH,{b.Start:yyyyMMdd},{P(b.Close)},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.PreClose)},0,0,{b.Volume / 100},{b.Amount / 1000}");
        yield return Csv("akshare", "hist.csv", "日期,股票代码,开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率", bars,
            b => $"{b.Start:yyyy-MM-dd},600000,{P(b.Open)},{P(b.Close)},{P(b.High)},{P(b.Low)},{b.Volume / 100},{b.Amount}.0,1,1,1,1", gb: true);
        yield return Csv("akshare_sina", "sh600000.csv", "date,open,high,low,close,volume,amount,outstanding_share,turnover", bars,
            b => $"{b.Start:yyyy-MM-dd},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume}.0,{b.Amount}.0,2.9e10,0.001");
        yield return Csv("akshare_futures", "600000.SH.csv", "date,open,high,low,close,volume,hold,settle", bars,
            b => $"{b.Start:yyyy-MM-dd},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume},77,{P(b.Close)}") with { HasAmount = false };
        yield return Csv("baostock", "bs.csv", "date,code,open,high,low,close,preclose,volume,amount,adjustflag,turn,tradestatus,pctChg,isST", WithHalt(bars),
            b => b.Volume == 0
                ? $"{b.Start:yyyy-MM-dd},sh.600000,{P(b.Close)}00,{P(b.Close)}00,{P(b.Close)}00,{P(b.Close)}00,{P(b.Close)}00,,,3,,0,0.000000,0"
                : $"{b.Start:yyyy-MM-dd},sh.600000,{P(b.Open)}00,{P(b.High)}00,{P(b.Low)}00,{P(b.Close)}00,{P(b.PreClose)}00,{b.Volume},{b.Amount}.0000,3,0.1,1,0.1,0", gb: true);
        yield return Csv("joinquant", "600000.XSHG.csv", ",open,close,high,low,volume,money,paused,factor", WithHalt(bars),
            b => $"{b.Start:yyyy-MM-dd},{P(b.Open)},{P(b.Close)},{P(b.High)},{P(b.Low)},{b.Volume}.0,{b.Amount}.0,{(b.Volume == 0 ? "1.0" : "0.0")},1.0");
        yield return Csv("vnpy", "bars.csv", "symbol,exchange,datetime,open,high,low,close,volume,turnover,open_interest", bars,
            b => $"600000,SSE,{b.Start:yyyy-MM-dd HH:mm:ss},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume}.0,{b.Amount}.0,0\0");
        yield return new VendorFile("tdx_day", "vipdoc/sh/lday/sh600000.day", new MemoryFiles().Add("vipdoc/sh/lday/sh600000.day", TdxBytes.Day(bars)), s_auto);
        yield return Text("tdx_text", "SH#600000.txt", s_gb.GetBytes("600000 浦发银行 日线 不复权\r\n      日期\t    开盘\t    最高\t    最低\t    收盘\t    成交量\t    成交额\r\n"
            + Lines(bars, b => $"{b.Start:yyyy/MM/dd}\t{P(b.Open)}\t{P(b.High)}\t{P(b.Low)}\t{P(b.Close)}\t{b.Volume}\t{b.Amount}.00", "\r\n") + "数据来源:通达信\r\n"));
        yield return Csv("qlib_csv", "SH600000.csv", "date,open,close,high,low,volume,factor", bars,
            b => $"{b.Start:yyyy-MM-dd},{F(b.Open)},{F(b.Close)},{F(b.High)},{F(b.Low)},{(b.Volume / 1.5).ToString("R", CultureInfo.InvariantCulture)},1.5") with { HasAmount = false };
        yield return new VendorFile("qlib_bin", "qlib/features/sh600000/close.day.bin", TdxBytes.Qlib(bars), s_auto, HasAmount: false);
        yield return Csv("yfinance", "600000.SS.csv", "Date,Open,High,Low,Close,Adj Close,Volume", bars,
            b => $"{b.Start:yyyy-MM-dd} 00:00:00+08:00,{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{P(b.Close)},{b.Volume}") with { HasAmount = false };
        yield return Csv("yfinance", "download.csv", "Price,Close,High,Low,Open,Volume\nTicker,600000.SS,600000.SS,600000.SS,600000.SS,600000.SS\nDate,,,,,", bars,
            b => $"{b.Start:yyyy-MM-dd},{P(b.Close)}00004,{P(b.High)},{P(b.Low)},{P(b.Open)},{b.Volume}") with { HasAmount = false };
        yield return Csv("binance", "600000SH-1d-2024.csv", "", bars, b => Kline(b, 1)) with { Options = s_auto with { Symbol = Symbol.Parse("600000.SH") } };
        yield return new VendorFile("freqtrade", "600000.SH-1d.json", new MemoryFiles().Add("600000.SH-1d.json", Freqtrade(bars, TimeSpan.Zero)), s_auto with { Symbol = Symbol.Parse("600000.SH") }, HasAmount: false);
        yield return Zip("lean", "equity/usa/daily/600000.zip", "600000.csv", Lines(bars, b => $"{b.Start:yyyyMMdd HH:mm},{b.Open}00,{b.High}00,{b.Low}00,{b.Close}00,{b.Volume}", "\n"));
        yield return Csv("backtrader", "600000.SH.txt", "Date,Open,High,Low,Close,Volume,OpenInterest", bars,
            b => $"{b.Start:yyyy-MM-dd},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume},0") with { HasAmount = false };
        yield return Csv("backtesting", "600000.SH.csv", ",Open,High,Low,Close,Volume", bars,
            b => $"{b.Start:yyyy-MM-dd},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume}") with { HasAmount = false };
        yield return Csv("us_excel", "600000.SH.csv", "date;open;high;low;close;volume", bars,
            b => string.Create(CultureInfo.InvariantCulture, $"{b.Start.Month}/{b.Start.Day}/{b.Start.Year};{P(b.Open)};{P(b.High)};{P(b.Low)};{P(b.Close)};\"{b.Volume:N0}\"")) with { HasAmount = false };
        yield return Csv("generic", "600000.SH.csv", "日期|OPEN| High |low|close|volume|amount", newestFirst,
            b => $"{b.Start:yyyy.M.d}|{P(b.Open)}|{P(b.High)}|{P(b.Low)}|{P(b.Close)}|{b.Volume}|{b.Amount}");
        yield return Csv("generic", "600000.SH.csv", "date,open,high,low,close,volume", bars,
            b => string.Create(CultureInfo.InvariantCulture, $"{b.Start:MMM d yyyy},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume}")) with { HasAmount = false };
    }

    public static IEnumerable<VendorFile> Minutes(CanonicalBar[] bars)
    {
        yield return Csv("akshare_minute", "600000.SH.csv", "时间,开盘,收盘,最高,最低,涨跌幅,涨跌额,成交量,成交额,振幅,换手率", bars,
            b => $"{End(b):yyyy-MM-dd HH:mm},{P(b.Open)},{P(b.Close)},{P(b.High)},{P(b.Low)},0,0,{b.Volume / 100},{b.Amount},0,0");
        yield return Csv("akshare_minute", "600000.SH.csv", "时间,开盘,收盘,最高,最低,成交量,成交额,均价", bars,
            b => $"{End(b):yyyy-MM-dd HH:mm:ss},{P(b.Open)},{P(b.Close)},{P(b.High)},{P(b.Low)},{b.Volume / 100},{b.Amount},1");
        yield return Csv("baostock_minute", "bs.csv", "date,time,code,open,high,low,close,volume,amount,adjustflag", bars,
            b => $"{b.Start:yyyy-MM-dd},{End(b):yyyyMMddHHmmss}000,sh.600000,{P(b.Open)}00,{P(b.High)}00,{P(b.Low)}00,{P(b.Close)}00,{b.Volume},{b.Amount}.0000,3");
        yield return Csv("joinquant", "600000.XSHG.csv", ",open,close,high,low,volume,money", bars,
            b => $"{End(b):yyyy-MM-dd HH:mm:ss},{P(b.Open)},{P(b.Close)},{P(b.High)},{P(b.Low)},{b.Volume}.0,{b.Amount}.0");
        yield return Csv("vnpy", "bars.csv", "symbol,exchange,datetime,open,high,low,close,volume,turnover,open_interest", bars,
            b => $"600000,SSE,{b.Start:yyyy-MM-dd HH:mm:ss},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume},{b.Amount},0");
        yield return new VendorFile("tdx_minute", "minline/sh600000.lc1", new MemoryFiles().Add("minline/sh600000.lc1", TdxBytes.Minute(bars, isOld: false)), s_auto);
        yield return new VendorFile("tdx_old_minute", "minline/sh600000.1", new MemoryFiles().Add("minline/sh600000.1", TdxBytes.Minute(bars, isOld: true)), s_auto);
        yield return Text("tdx_text", "SH#600000.txt", s_gb.GetBytes("600000 浦发银行 1分钟线 不复权\r\n日期\t时间\t开盘\t最高\t最低\t收盘\t成交量\t成交额\r\n"
            + Lines(bars, b => $"{b.Start:yyyy-MM-dd}\t{End(b):HHmm}\t{P(b.Open)}\t{P(b.High)}\t{P(b.Low)}\t{P(b.Close)}\t{b.Volume}\t{b.Amount}.00", "\r\n") + "数据来源:通达信\r\n"));
        yield return Csv("yfinance", "600000.SS.csv", "Datetime,Open,High,Low,Close,Volume,Dividends,Stock Splits", bars,
            b => $"{b.Start:yyyy-MM-dd HH:mm:ss}+08:00,{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume},0.0,0.0") with { Options = s_china, HasAmount = false };
        foreach (int unit in new[] { 1, 1000 })
        {
            yield return Csv("binance", "600000SH-1m-2024-01.csv", "", bars, b => Kline(b, unit, -8)) with { Options = s_china with { Symbol = Symbol.Parse("600000.SH") } };
        }

        yield return Csv("binance", "600000SH-1m-2024-01.csv", "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore", bars, b => Kline(b, 1, -8))
            with { Options = s_china with { Symbol = Symbol.Parse("600000.SH") } };
        yield return new VendorFile("freqtrade", "600000_SH-1m.json", new MemoryFiles().Add("600000_SH-1m.json", Freqtrade(bars, TimeSpan.FromHours(-8))), s_china with { Symbol = Symbol.Parse("600000.SH") }, HasAmount: false);
        yield return Zip("lean", "equity/usa/minute/600000/20240102_trade.zip", bars.GroupBy(b => b.Start.Date).Select(day => (
            $"{day.Key:yyyyMMdd}_600000_minute_trade.csv",
            Lines([.. day], b => $"{b.Start.TimeOfDay.TotalMilliseconds},{b.Open}00,{b.High}00,{b.Low}00,{b.Close}00,{b.Volume}", "\n")))) with { Options = s_china with { Symbol = Symbol.Parse("600000.SH") } };
        yield return Csv("backtrader", "600000.SH.txt", "Date,Time,Open,High,Low,Close,Volume,OpenInterest", bars,
            b => $"{b.Start:yyyy-MM-dd},{b.Start:HH:mm:ss},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume},0") with { Options = s_china, HasAmount = false };
        yield return Csv("backtesting", "600000.SH.csv", ",Open,High,Low,Close,Volume", bars,
            b => $"{b.Start:yyyy-MM-dd HH:mm:ss},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume}") with { Options = s_china, HasAmount = false };
    }

    private static VendorFile Csv(string profile, string path, string header, CanonicalBar[] bars, Func<CanonicalBar, string> line, bool gb = false)
    {
        string text = (header.Length > 0 ? header + "\n" : "") + Lines(bars, line, "\n");
        return Text(profile, path, gb ? s_gb.GetBytes(text) : profile == "yfinance" ? [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)] : Encoding.UTF8.GetBytes(text));
    }

    private static VendorFile Text(string profile, string path, byte[] content) => new(profile, path, new MemoryFiles().Add(path, content), s_auto);

    private static VendorFile Zip(string profile, string path, string name, string text) => Zip(profile, path, [(name, text)]);

    private static VendorFile Zip(string profile, string path, IEnumerable<(string Name, string Text)> entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, string text) in entries)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return new VendorFile(profile, path, new MemoryFiles().Add(path, stream.ToArray()), s_auto with { Symbol = Symbol.Parse("600000.SH") }, HasAmount: false);
    }

    private static CanonicalBar[] WithHalt(CanonicalBar[] bars)
    {
        CanonicalBar last = bars[8];
        CanonicalBar halted = last with { Start = last.Start.AddDays(1), Open = last.Close, High = last.Close, Low = last.Close, PreClose = last.Close, Volume = 0, Amount = 0 };
        return [.. bars[..9], halted, .. bars[9..]];
    }

    private static string Kline(CanonicalBar b, int unit, int hours = 0)
    {
        long open = new DateTimeOffset(b.Start, TimeSpan.Zero).AddHours(hours).ToUnixTimeMilliseconds();
        return $"{open * unit},{P(b.Open)}000000,{P(b.High)}000000,{P(b.Low)}000000,{P(b.Close)}000000,{b.Volume}.00000000,{(open + 59_999) * unit},{b.Amount}.00000000,3,1.0,1.0,0";
    }

    private static byte[] Freqtrade(CanonicalBar[] bars, TimeSpan shift) => Encoding.UTF8.GetBytes("[" + string.Join(',', bars.Select(b =>
        $"[{new DateTimeOffset(b.Start, TimeSpan.Zero).Add(shift).ToUnixTimeMilliseconds()},{P(b.Open)},{P(b.High)},{P(b.Low)},{P(b.Close)},{b.Volume}.0]")) + "]");

    private static string Lines(CanonicalBar[] bars, Func<CanonicalBar, string> line, string end) => string.Concat(bars.Select(b => line(b) + end));

    private static DateTime End(CanonicalBar b) => b.Start.AddMinutes(1);

    private static string P(int cents) => (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static string F(int cents) => (cents / 100f * 1.5f).ToString("R", CultureInfo.InvariantCulture);
}
