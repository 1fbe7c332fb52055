using System.Globalization;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Market.V1;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using WireInstrument = EasyQuant.Contracts.Market.V1.Instrument;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The calls about market data: bars that workflows of the caller's project saved, and the rule book.</summary>
internal sealed class MarketGrpc(DataCatalog catalog, BarRows bars) : MarketService.MarketServiceBase
{
    private const string DefaultTable = "daily_bars";

    /// <inheritdoc />
    public override async Task<ListInstrumentsResponse> ListInstruments(ListInstrumentsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = PageArguments.Size(request.PageSize, 200, 1_000);
        DataTable table = await TableAsync(project, request.Table, context.CancellationToken);
        string scope = $"ListInstruments/{project}/{table.Name}";
        string after = PageArguments.Key(request.PageToken, scope, 1)?[0] ?? "";
        List<InstrumentRow> rows = await bars.ListAsync(table, after, size + 1, context.CancellationToken);
        var response = new ListInstrumentsResponse();
        response.Instruments.AddRange(rows.Take(size).Select(row => new WireInstrument
        {
            Symbol = row.Symbol,
            Board = Symbol.TryNormalize(row.Symbol, out Symbol symbol) ? RuleWriter.BoardName(Domain.Instrument.BoardOf(symbol)) : "other",
            FirstTradingDate = row.FirstTradingDate.ToString("O"),
            LastTradingDate = row.LastTradingDate.ToString("O"),
            BarCount = row.BarCount,
        }));
        response.NextPageToken = rows.Count > size ? PageToken.Write(scope, rows[size - 1].Symbol) : "";
        return response;
    }

    /// <inheritdoc />
    public override async Task<ListBarsResponse> ListBars(ListBarsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = PageArguments.Size(request.PageSize, 1_000, 10_000);
        if (!Symbol.TryNormalize(request.Symbol, out Symbol symbol))
        {
            throw RpcError.Invalid("SYMBOL_INVALID", "symbol", $"\"{request.Symbol}\" is not a known spelling of a symbol.");
        }

        DateOnly start = Date(request.StartDate, "start_date") ?? DateOnly.MinValue;
        DateOnly end = Date(request.EndDate, "end_date") ?? DateOnly.MaxValue;
        DataTable table = await TableAsync(project, request.Table, context.CancellationToken);
        string scope = $"ListBars/{project}/{table.Name}/{symbol}/{start:O}/{end:O}";
        DateOnly after = PageArguments.Key(request.PageToken, scope, 1) is { } key
            ? DateOnly.ParseExact(key[0], "yyyy-MM-dd", CultureInfo.InvariantCulture)
            : DateOnly.MinValue;
        (string, DateOnly) position = request.PageToken.Length == 0 ? ("", DateOnly.MinValue) : (symbol.ToString(), after);
        var filter = new BarFilter([symbol.ToString()], start, end);
        Table rows = await bars.ReadPageAsync(table, filter, position, size + 1, context.CancellationToken);
        if (rows.RowCount == 0 && !await bars.AnyAsync(table, filter with { StartDate = DateOnly.MinValue, EndDate = DateOnly.MaxValue }, context.CancellationToken))
        {
            throw RpcError.NotFound("SYMBOL_NOT_FOUND", $"The table \"{table.Name}\" holds no bar of {symbol}.");
        }

        bool hasMore = rows.RowCount > size;
        Table page = hasMore ? rows.Slice(0, size) : rows;
        return new ListBarsResponse
        {
            Bars = TableWriter.Write(page),
            NextPageToken = hasMore ? PageToken.Write(scope, page.GetColumn<DateColumn>("trading_date").GetDate(size - 1).ToString("O")) : "",
        };
    }

    /// <inheritdoc />
    public override Task<ListRulesResponse> ListRules(ListRulesRequest request, ServerCallContext context)
    {
        DateOnly date = Date(request.TradingDate, "trading_date")
            ?? throw RpcError.Invalid("FIELD_REQUIRED", "trading_date", "trading_date is required.");
        var response = new ListRulesResponse { RuleBookVersion = RuleBook.China.Version };
        response.Rules.AddRange(RuleWriter.InForce(RuleBook.China, date));
        return Task.FromResult(response);
    }

    private async Task<DataTable> TableAsync(string project, string name, CancellationToken cancellationToken)
    {
        DataTable table = await catalog.RequireAsync(project, name.Length == 0 ? DefaultTable : name, cancellationToken);
        BarRows.RequireBars(table);
        return table;
    }

    private static DateOnly? Date(string text, string field) => text.Length == 0
        ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date
            : throw RpcError.Invalid("DATE_INVALID", field, $"{field} must be a date such as 2024-01-31, was \"{text}\".");
}
