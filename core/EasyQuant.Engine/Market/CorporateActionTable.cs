using System.Collections.Immutable;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Reads corporate actions from a table, one a row: <c>kind</c> (dividend, split, bonus, rights, delisting, conversion), <c>symbol</c>, <c>ex_date</c>; and as the
/// kind needs them <c>record_date</c>, <c>pay_date</c>, <c>list_date</c> (Date), <c>price</c> (Decimal of scale 0 to 4: dividend or subscription price a share, cash of a
/// delisting), <c>new_shares</c> and <c>held_shares</c> (Int64: after and before for a split), <c>successor</c>. A missing record date is the day before the
/// ex-date, a missing pay or list date the ex-date.
/// </summary>
public static class CorporateActionTable
{
    /// <summary>Converts a table.</summary>
    /// <param name="table">The actions; other columns are ignored.</param>
    /// <param name="priceScale">Price scale of the panel they are for, 4 to 8.</param>
    /// <exception cref="BarTableException">COLUMN_MISSING, COLUMN_TYPE, SYMBOL_INVALID, VALUE_MISSING or ACTION_INVALID (an unknown kind), with the row.</exception>
    public static ImmutableArray<CorporateAction> Read(Table table, int priceScale)
    {
        ImmutableArray<CorporateAction>.Builder actions = ImmutableArray.CreateBuilder<CorporateAction>(table.RowCount);
        long factor = ScaledDecimal.PowerOfTen(priceScale - Price.ShareScale);
        for (int row = 0; row < table.RowCount; row++)
        {
            actions.Add(new ActionRow(table, row, factor).Read());
        }

        return actions.MoveToImmutable();
    }

    private readonly struct ActionRow(Table table, int row, long factor)
    {
        public CorporateAction Read()
        {
            string kind = Text("kind");
            Symbol symbol = SymbolOf("symbol");
            DateOnly ex = Date("ex_date") ?? throw Missing("ex_date");
            DateOnly pay = Date("pay_date") ?? ex;
            DateOnly list = Date("list_date") ?? (kind == "rights" ? pay : ex);
            return kind switch
            {
                "dividend" => new CashDividend(symbol, ex, Date("record_date") ?? ex.AddDays(-1), pay, RequiredPrice()),
                "split" => new ShareSplit(symbol, ex, Count("new_shares"), Count("held_shares")),
                "bonus" => new BonusIssue(symbol, ex, list, Count("new_shares"), Count("held_shares")),
                "rights" => new RightsIssue(symbol, ex, pay, list, Count("new_shares"), Count("held_shares"), RequiredPrice()),
                "delisting" => new Delisting(symbol, ex, OptionalPrice()),
                "conversion" => new Conversion(symbol, ex, SymbolOf("successor"), Count("new_shares"), Count("held_shares")),
                _ => throw new BarTableException(
                    "ACTION_INVALID", $"Row {row}: kind must be dividend, split, bonus, rights, delisting or conversion, was \"{kind}\"."),
            };
        }

        private string Text(string name)
        {
            StringColumn column = DailyPanelReader.Typed<StringColumn>(table, name);
            return column.GetString(row) ?? throw Missing(name);
        }

        private Symbol SymbolOf(string name) => Symbol.TryNormalize(Text(name), out Symbol symbol)
            ? symbol
            : throw new BarTableException("SYMBOL_INVALID", $"Row {row}: \"{Text(name)}\" is not a known spelling of a symbol.");

        private DateOnly? Date(string name)
        {
            if (!table.TryGetColumn(name, out _))
            {
                return null;
            }

            DateColumn column = DailyPanelReader.Typed<DateColumn>(table, name);
            return column.IsNull(row) ? null : EpochDays.ToDate(column.Days[row]);
        }

        private long Count(string name)
        {
            Int64Column column = DailyPanelReader.Typed<Int64Column>(table, name);
            return column.IsNull(row) ? throw Missing(name) : column.Values[row];
        }

        private Price RequiredPrice() => OptionalPrice() ?? throw Missing("price");

        private Price? OptionalPrice()
        {
            if (!table.TryGetColumn("price", out _))
            {
                return null;
            }

            DecimalColumn column = DailyPanelReader.Typed<DecimalColumn>(table, "price");
            if (column.Scale > Price.ShareScale)
            {
                throw new BarTableException("COLUMN_TYPE", $"Column \"price\" has scale {column.Scale}, expected 0 to {Price.ShareScale}.");
            }

            return column.IsNull(row)
                ? null
                : new Price(checked(column.Units[row] * ScaledDecimal.PowerOfTen(Price.ShareScale - column.Scale) * factor));
        }

        private BarTableException Missing(string name) => new("VALUE_MISSING", $"Row {row}: \"{name}\" is null or there is no such column, and the kind needs it.");
    }
}
