using System.Globalization;
using System.Text;

namespace EasyQuant.Data;

internal static class TushareCsv
{
    public static void Write(Table bars, TextWriter writer)
    {
        BarTable.Require(bars);
        var symbols = bars.GetColumn<StringColumn>(BarTable.Symbol);
        var dates = bars.GetColumn<DateColumn>(BarTable.TradingDate);
        var prices = new[] { BarTable.Open, BarTable.High, BarTable.Low, BarTable.Close, BarTable.PreClose }.Select(bars.GetColumn<DecimalColumn>).ToArray();
        var volume = bars.GetColumn<Int64Column>(BarTable.Volume);
        var amount = bars.GetColumn<DecimalColumn>(BarTable.Amount);
        var line = new StringBuilder();
        writer.Write("ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount\n");
        for (int row = bars.RowCount - 1; row >= 0; row--)
        {
            line.Clear();
            line.Append(symbols.GetString(row)).Append(',').Append(dates.GetDate(row).ToString("yyyyMMdd", CultureInfo.InvariantCulture));
            foreach (DecimalColumn price in prices)
            {
                line.Append(',').Append(Plain(price.GetDecimal(row)));
            }

            decimal preClose = prices[4].GetDecimal(row);
            decimal change = prices[3].GetDecimal(row) - preClose;
            decimal percent = preClose == 0 ? 0 : Math.Round(change / preClose * 100, 4, MidpointRounding.AwayFromZero);
            line.Append(',').Append(Plain(change)).Append(',').Append(Plain(percent));
            line.Append(',').Append(Plain(volume.Values[row] / 100m)).Append(',').Append(Plain(amount.GetDecimal(row) / 1000m)).Append('\n');
            writer.Write(line);
        }
    }

    /// <summary>Without zeros at the end, at least one digit after the point, as Tushare prints.</summary>
    private static string Plain(decimal value) => value.ToString("0.0########", CultureInfo.InvariantCulture);
}
