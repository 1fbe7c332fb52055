using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Data;

/// <summary>Keeps bars as the next version of a panel below <c>panel/</c> of the data directory.</summary>
public sealed class PanelSaveNode : INodeHandler
{
    private readonly PanelSaveParameters _parameters;
    private readonly PanelOptions _options;

    private PanelSaveNode(PanelSaveParameters parameters, PanelOptions options)
    {
        _parameters = parameters;
        _options = options;
    }

    /// <summary>Adds the node type <c>PanelSave</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<PanelSaveParameters>(
        new NodeDefinitionTemplate
        {
            Type = "PanelSave",
            Title = new LocalizedText("Save panel", "保存面板"),
            Category = "data",
            Icon = "layers",
            Description = new LocalizedText(
                "Keeps bars as the next version of a panel: mapped files that all backtests share; appends later bars without rewriting.", "将行情保存为面板的新版本：所有回测共享的映射文件；追加时不重写。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Bars", "行情"))],
            Outputs = [new PortDefinition("panel", PortType.Json, new LocalizedText("Panel", "面板"))],
            HasEffects = true,
        },
        parameters => new PanelSaveNode(parameters, new PanelOptions
        {
            Dataset = BarParameters.Dataset(parameters.Dataset),
            Interval = BarParameters.Interval(parameters.Interval)!.Value,
        }));

    /// <summary>
    /// Writes a version. A repeated step writes a further version of the same content, except that a repeated append is a conflict, because its bars are there.
    /// </summary>
    /// <exception cref="NodeException"><c>SERVICE_NOT_AVAILABLE</c>, or a reason of <see cref="PanelException"/>; a conflict with another writer is worth a retry.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table bars = execution.InputTable(0);
        PanelStore store = execution.Services.Require<DirectoryDataFiles>("a data directory").Panels();
        try
        {
            PanelOptions options = _options with { Facts = WithFactors(bars, BarParameters.Facts(execution, _parameters.FactsPath)), Calendar = _parameters.ChinaCalendar ? China(bars) : null };
            PanelManifest manifest = _parameters.Append ? store.Append(bars, options, cancellationToken) : store.Write(bars, options, cancellationToken);
            execution.SetOutput(0, new JsonObject
            {
                ["dataset"] = manifest.Dataset,
                ["interval"] = manifest.Interval.ToString(),
                ["version"] = manifest.Version,
                ["instrument_count"] = manifest.InstrumentCount,
                ["bar_count"] = manifest.BarCount,
            });
            execution.Report(new StepMetrics(bars.RowCount, bars.RowCount));
            return ValueTask.CompletedTask;
        }
        catch (PanelException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
        catch (ArgumentException e)
        {
            throw new NodeException("PANEL_INPUT", e.Message, transient: false, e);
        }
    }

    // Adjustment steps that nobody gave follow from the corporate actions.
    private static IReadOnlyList<InstrumentFacts> WithFactors(Table bars, IReadOnlyList<InstrumentFacts> facts)
    {
        if (!facts.Any(f => f.Factors.IsEmpty && !f.Actions.IsEmpty) || !bars.TryGetColumn(BarTable.Close, out Column? column) || column is not DecimalColumn)
        {
            return facts;
        }

        Table sorted = TableSort.Sort(bars, (BarTable.Symbol, false), (BarTable.TradingDate, false));
        var symbols = sorted.GetColumn<StringColumn>(BarTable.Symbol);
        ReadOnlyMemory<int> days = sorted.GetColumn<DateColumn>(BarTable.TradingDate).Memory;
        ReadOnlyMemory<long> closes = sorted.GetColumn<DecimalColumn>(BarTable.Close).Memory;
        var rows = new Dictionary<string, (int Start, int Count)>(StringComparer.Ordinal);
        for (int start = 0, row = 1; row <= sorted.RowCount; row++)
        {
            if (row == sorted.RowCount || symbols.CompareRows(start, row) != 0)
            {
                rows[symbols.GetString(start) ?? ""] = (start, row - start);
                start = row;
            }
        }

        return [.. facts.Select(f => f.Factors.IsEmpty && !f.Actions.IsEmpty && rows.TryGetValue(f.Symbol.ToString(), out (int Start, int Count) at)
            ? f with { Factors = [.. ActionFactors.Of(days.Span.Slice(at.Start, at.Count), closes.Span.Slice(at.Start, at.Count), f.Actions)] }
            : f)];
    }

    internal static TradingCalendar China(Table bars, DateOnly? until = null)
    {
        if (bars.RowCount == 0 || !bars.TryGetColumn(BarTable.TradingDate, out Column? column) || column is not DateColumn dates)
        {
            return TradingCalendar.FromDays([]);
        }

        int first = int.MaxValue;
        int last = int.MinValue;
        foreach (int day in dates.Days)
        {
            first = Math.Min(first, day);
            last = Math.Max(last, day);
        }

        try
        {
            return ExchangeCalendar.China.Days(EpochDays.ToDate(first), until > EpochDays.ToDate(last) ? until.Value : EpochDays.ToDate(last));
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new PanelException("PANEL_INPUT", e.Message);
        }
    }
}
