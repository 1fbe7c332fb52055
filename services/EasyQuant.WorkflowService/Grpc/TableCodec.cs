using EasyQuant.Data;
using Wire = EasyQuant.Contracts.Common.V1;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Tables on the wire: packed columns, null rows named apart.</summary>
internal static class TableCodec
{
    public static Wire.Table ToWire(Table table)
    {
        var wire = new Wire.Table { RowCount = table.RowCount };
        foreach (Column column in table.Columns)
        {
            wire.Columns.Add(ToWire(column));
        }

        return wire;
    }

    private static Wire.Column ToWire(Column column)
    {
        var wire = new Wire.Column { Name = column.Name, Scale = column.Scale };
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
                wire.Type = Wire.ColumnType.Float64;
                for (int row = 0; row < column.Length; row++)
                {
                    wire.Doubles.Add(column.IsNull(row) ? 0 : doubles.Values[row]);
                }

                break;
            case Int64Column integers:
                AddIntegers(wire, Wire.ColumnType.Int64, integers.Values);
                break;
            case DecimalColumn decimals:
                AddIntegers(wire, Wire.ColumnType.Decimal, decimals.Units);
                break;
            case TimestampColumn instants:
                AddIntegers(wire, Wire.ColumnType.Timestamp, instants.Micros);
                break;
            case DateColumn dates:
                wire.Type = Wire.ColumnType.Date;
                foreach (int day in dates.Days)
                {
                    wire.Integers.Add(day);
                }

                break;
            case BoolColumn flags:
                wire.Type = Wire.ColumnType.Bool;
                foreach (bool flag in flags.Values)
                {
                    wire.Booleans.Add(flag);
                }

                break;
            case StringColumn texts:
                wire.Type = Wire.ColumnType.String;
                for (int row = 0; row < column.Length; row++)
                {
                    wire.Strings.Add(texts.GetString(row) ?? "");
                }

                break;
        }

        return wire;
    }

    private static void AddIntegers(Wire.Column wire, Wire.ColumnType type, ReadOnlySpan<long> values)
    {
        wire.Type = type;
        foreach (long value in values)
        {
            wire.Integers.Add(value);
        }
    }
}
