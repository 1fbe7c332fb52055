using System.Globalization;
using System.Text.Json;
using EasyQuant.Data;

namespace EasyQuant.Interop.Tests.Columnar;

/// <summary>Arrow against apache-arrow, Parquet against hyparquet and hyparquet-writer.</summary>
public sealed class ColumnarPeerTests(ColumnarPeerFixture fixture) : IClassFixture<ColumnarPeerFixture>
{
    [Theory]
    [InlineData("ours.arrow")]
    [InlineData("ours.arrows")]
    [InlineData("chunk.arrows")]
    [InlineData("ours.parquet")]
    [InlineData("ours.gzip.parquet")]
    public void Write_EveryTypeWithMissingRows_PeerSeesTheSame(string name)
    {
        JsonElement rows = fixture.Seen.GetProperty(name).GetProperty("rows");
        Table ours = ColumnarPeerFixture.Ours;
        Assert.Equal(ours.RowCount, rows.GetArrayLength());
        for (int row = 0; row < ours.RowCount; row++)
        {
            foreach (Column column in ours.Columns)
            {
                JsonElement cell = rows[row].GetProperty(column.Name);
                if (column.IsNull(row))
                {
                    Assert.Equal(JsonValueKind.Null, cell.ValueKind);
                    continue;
                }

                Assert.True(IsSame(column, row, cell), $"{name} row {row} {column.Name}: {column.GetValue(row)} became {cell}");
            }
        }
    }

    [Fact]
    public void Write_Arrow_PeerNamesTheTypes() => Assert.Equal(
        ["symbol: Utf8", "trading_date: Date32<DAY>", "close: Decimal[19e+4]", "volume: Int64", "ratio: Float64", "start_time: Timestamp<MICROSECOND, UTC>", "is_open: Bool"],
        fixture.Seen.GetProperty("ours.arrow").GetProperty("types").EnumerateArray().Select(t => t.GetString()));

    [Theory]
    [InlineData("theirs.arrow")]
    [InlineData("theirs.arrows")]
    [InlineData("theirs.parquet")]
    public void Read_FileOfThePeer_HasItsThousandRows(string name)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(fixture.Folder, name));
        bool isParquet = name.EndsWith("parquet", StringComparison.Ordinal);
        Table table = isParquet ? ParquetFile.Read(file) : ArrowFile.Read(file);
        Assert.Equal(1000, table.RowCount);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(i % 2 == 1 ? "600000.SH" : "000001.SZ", table["symbol"].GetValue(i));
            Assert.Equal(10 + (i % 97 / 100.0), table["close"].GetValue(i));
            Assert.Equal(i * 100L, table["volume"].GetValue(i));
            Assert.Equal(new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(i), table["date"].GetValue(i) is DateOnly day ? day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) : table["date"].GetValue(i));
            Assert.True(!isParquet || table["maybe"].IsNull(i) == (i % 3 == 0));
        }
    }

    private static bool IsSame(Column column, int row, JsonElement cell)
    {
        switch (column)
        {
            case StringColumn c: return cell.GetString() == c.GetString(row);
            case BoolColumn c: return cell.GetBoolean() == c.Values[row];
            case Float64Column c: return cell.GetDouble() == c.Values[row];
            case Int64Column c: return cell.GetString() == c.Values[row].ToString(CultureInfo.InvariantCulture);
            // apache-arrow gives the units, hyparquet the number as a double.
            case DecimalColumn c:
                return cell.ValueKind == JsonValueKind.String
                    ? cell.GetString() == c.Units[row].ToString(CultureInfo.InvariantCulture)
                    : Math.Abs(cell.GetDouble() - (double)c.GetDecimal(row)) < 1e-9;
            default:
                DateTime expected = column is DateColumn d ? d.GetDate(row).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) : (DateTime)column.GetValue(row)!;
                DateTime found = cell.ValueKind == JsonValueKind.Number
                    ? DateTime.UnixEpoch.AddMilliseconds(cell.GetDouble())
                    : DateTime.Parse(cell.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
                return expected == found;
        }
    }
}
