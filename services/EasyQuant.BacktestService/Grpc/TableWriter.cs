using System.Runtime.InteropServices;
using EasyQuant.Data;
using WireColumn = EasyQuant.Contracts.Common.V1.Column;
using WireTable = EasyQuant.Contracts.Common.V1.Table;
using WireType = EasyQuant.Contracts.Common.V1.ColumnType;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Writes tables column by column in their wire form.</summary>
internal static class TableWriter
{
    public static WireTable Write(Table table)
    {
        var wire = new WireTable { RowCount = table.RowCount };
        wire.Columns.AddRange(table.Columns.Select(Write));
        return wire;
    }

    /// <summary>Writes name, type and scale without values.</summary>
    public static WireColumn WriteSchema(string name, ColumnType type, int scale) =>
        new() { Name = name, Scale = scale, Type = TypeOf(type) };

    private static WireColumn Write(Column column)
    {
        WireColumn wire = WriteSchema(column.Name, column.Type, column.Scale);
        for (int row = 0; column.NullCount > 0 && row < column.Length; row++)
        {
            if (column.IsNull(row))
            {
                wire.NullRows.Add(row);
            }
        }

        switch (column)
        {
            case Float64Column doubles:
                foreach (double value in doubles.Values)
                {
                    wire.Doubles.Add(double.IsNaN(value) ? 0 : value);
                }

                break;
            case Int64Column integers:
                wire.Integers.AddRange(MemoryMarshal.ToEnumerable(integers.Memory));
                break;
            case DecimalColumn decimals:
                wire.Integers.AddRange(MemoryMarshal.ToEnumerable(decimals.Memory));
                break;
            case TimestampColumn instants:
                wire.Integers.AddRange(MemoryMarshal.ToEnumerable(instants.Memory));
                break;
            case DateColumn dates:
                foreach (int day in dates.Days)
                {
                    wire.Integers.Add(day);
                }

                break;
            case BoolColumn booleans:
                wire.Booleans.AddRange(MemoryMarshal.ToEnumerable(booleans.Memory));
                break;
            default:
                for (int row = 0; row < column.Length; row++)
                {
                    wire.Strings.Add(((StringColumn)column).GetString(row) ?? "");
                }

                break;
        }

        return wire;
    }

    private static WireType TypeOf(ColumnType type) => type switch
    {
        ColumnType.Float64 => WireType.Float64,
        ColumnType.Int64 => WireType.Int64,
        ColumnType.Decimal => WireType.Decimal,
        ColumnType.Date => WireType.Date,
        ColumnType.Timestamp => WireType.Timestamp,
        ColumnType.Bool => WireType.Bool,
        _ => WireType.String,
    };
}
