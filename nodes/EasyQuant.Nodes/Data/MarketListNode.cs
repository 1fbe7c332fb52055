using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Data;

/// <summary>Lists the instruments of a market that are listed on a date, as items of a fan-out and as a table.</summary>
public sealed class MarketListNode : INodeHandler
{
    private static readonly ColumnSchema[] s_columns =
    [
        new("symbol", ColumnType.String), new("name", ColumnType.String), new("board", ColumnType.String),
        new("list_date", ColumnType.Date), new("delist_date", ColumnType.Date), new("special_treatment", ColumnType.Bool), new("suspended", ColumnType.Bool),
    ];

    private readonly MarketListParameters _parameters;
    private readonly PanelInterval _interval;

    private MarketListNode(MarketListParameters parameters)
    {
        _parameters = parameters;
        _interval = BarParameters.Interval(parameters.Interval)!.Value;
        BarParameters.Dataset(parameters.Dataset);
    }

    /// <summary>Adds the node type <c>MarketList</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<MarketListParameters>(
        new NodeDefinitionTemplate
        {
            Type = "MarketList",
            Title = new LocalizedText("Market list", "市场列表"),
            Category = "data",
            Icon = "list",
            Description = new LocalizedText(
                "Lists the symbols of a market that are listed on a date, by exchange, board, ST and suspension.", "列出某日在市的证券代码，可按交易所、板块、ST 与停牌筛选。"),
            Outputs =
            [
                new PortDefinition("symbols", PortType.Json, new LocalizedText("Symbols", "证券代码")),
                new PortDefinition("table", PortType.Table, new LocalizedText("Instruments", "证券")),
            ],
        },
        parameters => new MarketListNode(parameters));

    /// <summary>Reads the instruments in the order of their symbols. An unknown listing date counts as listed since the first bar, an unknown delisting date as never delisted.</summary>
    /// <exception cref="NodeException"><c>SERVICE_NOT_AVAILABLE</c>, <c>PARAMETER_TYPE</c>, <c>PARAMETER_OUT_OF_RANGE</c>, or a reason of <see cref="PanelException"/>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        PanelStore store = execution.Services.Require<DirectoryDataFiles>("a data directory").Panels();
        DateOnly? asked = Asked(execution);
        try
        {
            using OpenPanel open = store.Open(_parameters.Dataset, _interval, _parameters.Version);
            BarPanel panel = open.Panel;
            DateOnly date = asked ?? DateOf(panel, panel.Calendar.Count - 1);
            var symbols = new JsonArray();
            var table = new TableBuilder(s_columns);
            for (int i = 0; i < panel.Instruments.Length; i++)
            {
                InstrumentFacts facts = panel.Instruments[i].Facts;
                bool isSpecial = facts.SpecialTreatment.Any(period => period.Contains(date));
                bool isSuspended = facts.Suspensions.Any(period => period.Contains(date));
                if (!IsListed(panel, i, date) || !IsWanted(facts, isSpecial, isSuspended))
                {
                    continue;
                }

                symbols.Add((JsonNode)facts.Symbol.ToString());
                table.AppendRow(facts.Symbol.ToString(), facts.Name, JsonNamingPolicy.SnakeCaseLower.ConvertName(facts.Board.ToString()), facts.ListDate, facts.DelistDate, isSpecial, isSuspended);
            }

            execution.SetOutput(0, symbols);
            execution.SetOutput(1, table.Build());
            execution.Report(new StepMetrics(panel.Instruments.Length, symbols.Count));
            return ValueTask.CompletedTask;
        }
        catch (PanelException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
    }

    private static DateOnly DateOf(BarPanel panel, int slot) => EpochDays.ToDate(panel.Calendar.Days[slot]);

    private static bool IsListed(BarPanel panel, int instrument, DateOnly date)
    {
        InstrumentFacts facts = panel.Instruments[instrument].Facts;
        DateOnly? first = facts.ListDate;
        if (first is null && panel.Instruments[instrument].Length > 0)
        {
            first = DateOf(panel, panel.Slots(instrument).Span[0]);
        }

        return first is { } from && from <= date && !(facts.DelistDate < date);
    }

    private bool IsWanted(InstrumentFacts facts, bool isSpecial, bool isSuspended) =>
        (_parameters.Exchanges.Count == 0 || _parameters.Exchanges.Contains(facts.Symbol.Exchange, StringComparer.OrdinalIgnoreCase))
        && (_parameters.Boards.Count == 0 || _parameters.Boards.Contains(facts.Board))
        && (_parameters.IncludeSpecialTreatment || !isSpecial)
        && (_parameters.IncludeSuspended || !isSuspended);

    private DateOnly? Asked(NodeExecution execution) => _parameters.Date is null ? null : execution.Evaluate(_parameters.Date) switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => BarParameters.Date("date", value.GetValue<string>()),
        JsonNode other => throw new NodeException("PARAMETER_TYPE", $"date must give a text yyyy-MM-dd, was {other.GetValueKind()}."),
    };
}
