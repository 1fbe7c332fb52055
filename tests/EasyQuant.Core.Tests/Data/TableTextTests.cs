using System.Text.Json.Nodes;
using EasyQuant.Data;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data;

public sealed class TableTextTests
{
    [Fact]
    public void Json_WriteRead_GivesEqualTable() => Prop.ForAll<int>(seed =>
    {
        Table table = RandomTables.Make(seed, 30);

        var parsed = (JsonArray)JsonNode.Parse(TableJson.ToUtf8(table))!;

        return TableJson.FromRows(parsed, table.Schema).ContentEquals(table)
            && TableJson.FromRows(TableJson.ToRows(table), table.Schema).ContentEquals(table);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Json_WithoutSchema_InfersTypes()
    {
        var rows = (JsonArray)JsonNode.Parse("""[{"a":1,"b":"x","c":true},{"a":2.5,"b":null,"d":null}]""")!;

        Table table = TableJson.FromRows(rows);

        Assert.Equal(["a float64", "b string", "c bool", "d string"], table.Schema.Select(s => s.ToString()));
        Assert.Equal(2, table.RowCount);
        Assert.True(table["c"].IsNull(1));
    }

    [Fact]
    public void Json_NumbersBuiltInMemory_AreRead()
    {
        Table table = TableJson.FromRows([new JsonObject { ["fast"] = 5, ["ratio"] = 0.5 }]);

        Assert.Equal([5L], table.GetColumn<Int64Column>("fast").Values.ToArray());
        Assert.Equal([0.5], table.GetColumn<Float64Column>("ratio").Values.ToArray());
    }

    [Theory]
    [InlineData("""[{"a":1,"x":2}]""", "Row 0 has a property `x` that is no column; columns: a.")]
    [InlineData("""[{"a":1},{"a":"no"}]""", "Row 1, column `a`: \"no\" is not a value of type Int64.")]
    [InlineData("""[{"a":1},7]""", "Row 1 is Number, expected an object.")]
    public void Json_DoesNotFitSchema_ErrorNamesTheCell(string json, string expected)
    {
        var rows = (JsonArray)JsonNode.Parse(json)!;

        FormatException error = Assert.Throws<FormatException>(() => TableJson.FromRows(rows, [new ColumnSchema("a", ColumnType.Int64)]));

        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void Csv_FormulaLikeTexts_AreEscapedAndNumbersAreNot()
    {
        Table table = new(
        [
            StringColumn.Create("=name", ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "a,\"b\"", null, ""]),
            DecimalColumn.Create("close", 2, new long[] { -150, 0, 0, 0, 0, 0, 0, 0, 1 }),
        ]);
        var writer = new StringWriter();

        TableCsv.Write(table, writer);

        Assert.Equal(
            "'=name,close\n'=1+1,-1.50\n'+x,0.00\n'-x,0.00\n'@x,0.00\n'\tx,0.00\n\"'\rx\",0.00\n\"a,\"\"b\"\"\",0.00\n,0.00\n,0.01\n",
            writer.ToString());
    }
}
