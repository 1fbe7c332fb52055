using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Sql;

namespace EasyQuant.Nodes.Trading;

/// <summary>Runs a shipped strategy over bars in the fast engine, in this process. The bars come as a table or as a reference of DataPreload, or are made of a table of ticks (see <see cref="TickMarket"/>), which orders then fill on; corporate actions as a table of <see cref="CorporateActionTable"/>.</summary>
public sealed class BacktestNode : INodeHandler
{
    private const int BarsPort = 0;
    private const int DataPort = 1;
    private const int ActionsPort = 2;
    private const int TicksPort = 3;
    private readonly BacktestParameters _parameters;
    private readonly BacktestSettings _settings;

    private BacktestNode(BacktestParameters parameters)
    {
        _parameters = parameters;
        _settings = BacktestSettingsReader.Read(parameters);
    }

    /// <summary>Adds the node type <c>Backtest</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<BacktestParameters>(
        new NodeDefinitionTemplate
        {
            Type = "Backtest",
            Title = new LocalizedText("Backtest", "回测"),
            Category = "trading",
            Icon = "line-chart",
            Description = new LocalizedText(
                "Runs a strategy over daily bars with A-share rules and exact costs.", "按 A 股规则与精确费用在日线上运行策略。"),
            Inputs =
            [
                .. StrategyInputs.Ports,
                new PortDefinition("actions", PortType.Table, new LocalizedText("Corporate actions", "公司行动"), Required: false),
                new PortDefinition("ticks", PortType.Table, new LocalizedText("Ticks", "逐笔行情"), Required: false),
            ],
            Outputs =
            [
                new PortDefinition("metrics", PortType.Json, new LocalizedText("Metrics", "绩效指标")),
                new PortDefinition("equity", PortType.Table, new LocalizedText("Equity curve", "权益曲线")),
                new PortDefinition("trades", PortType.Table, new LocalizedText("Trades", "交易记录")),
                new PortDefinition("manifest", PortType.Json, new LocalizedText("Manifest", "复现清单")),
                new PortDefinition("trials", PortType.Json, new LocalizedText("Deflated Sharpe ratio", "缩水夏普")),
            ],
        },
        parameters => new BacktestNode(parameters));

    /// <summary>Runs the backtest.</summary>
    /// <exception cref="NodeException">
    /// <c>MISSING_INPUT</c> without bars; <c>STRATEGY_NOT_FOUND</c>, <c>UNKNOWN_PARAMETER</c>, <c>PARAMETER_TYPE</c>,
    /// <c>PARAMETER_OUT_OF_RANGE</c>, <c>PERIOD_EMPTY</c>, <c>ACTION_INVALID</c>, <c>RULE_BOOK_INVALID</c>, <c>FX_RATE_MISSING</c>, <c>FIELD_CONFLICT</c>,
    /// <c>LEDGER_UNAVAILABLE</c>, <c>DB_UNAVAILABLE</c>, <c>DB_ERROR</c>; the reasons of <see cref="BacktestException"/>; the reasons of <see cref="BarTableException"/>; those of the artifact store.
    /// </exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        using PanelLease lease = execution.HasInput(TicksPort)
            ? new PanelLease(OfTicks(execution))
            : await StrategyInputs.PanelAsync(execution, _parameters.Data, cancellationToken);
        MarketPanel panel = lease.Panel;
        panel = _parameters.ExchangeRates is { } rates ? WithRates(panel, execution.Evaluate(rates)) : panel;
        panel = execution.HasInput(ActionsPort) ? WithActions(panel, execution.InputTable(ActionsPort)) : panel;
        panel = BenchmarkUniverse.Of(panel, _settings.Benchmark.Select(part => part.Symbol), ImmutableHashSet<Symbol>.Empty);
        JsonObject parameters = StrategyInputs.Parameters(execution, _parameters.Parameters);
        BacktestSettings settings = _settings with
        {
            Seed = execution.Run.Seed,
            Margin = BacktestTerms.Margin(_parameters.Margin is { } margin ? execution.Evaluate(margin) : null),
            Accounts = BacktestTerms.Accounts(_parameters.Accounts is { } accounts ? execution.Evaluate(accounts) : null),
        };
        RuleBook rules = BacktestTerms.Rules(_parameters.RuleBook is { } book ? execution.Evaluate(book) : null);
        try
        {
            BacktestResult result = Backtester.Run(
                panel,
                _parameters.Strategy,
                parameters,
                settings,
                rules,
                (done, total) => execution.Progress(done, total),
                cancellationToken);
            execution.SetOutput(0, MetricsJson.Write(result.Statistics));
            execution.SetOutput(1, ResultTables.Equity(result));
            execution.SetOutput(2, ResultTables.Trades(result, panel));
            execution.SetOutput(3, result.Manifest.ToJson());
            execution.SetOutput(4, await TrialsAsync(execution, Trial.Of(result, _parameters.Family), cancellationToken));
        }
        catch (BacktestParameterException e)
        {
            throw new NodeException(e.Errors[0].Reason, e.Message, transient: false, e);
        }
        catch (BacktestException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }

        execution.Report(new StepMetrics(panel.BarCount, 0));
    }

    /// <summary>Counts the run in the ledger that the host lends, or in that of the project's database, and judges it against all trials there; without a ledger against itself alone, and says so.</summary>
    private static async ValueTask<JsonObject> TrialsAsync(NodeExecution execution, Trial trial, CancellationToken cancellationToken)
    {
        ITrialLedger? ledger = execution.Services.Get<ITrialLedger>()
            ?? (execution.Services.Get<ProjectDatabase>() is { } database ? new ProjectTrialLedger(database, execution.Services.Time) : null);
        TrialSummary known = TrialSummary.Of([trial.Sample.Sharpe]);
        try
        {
            if (ledger is not null)
            {
                await ledger.AddAsync(trial, cancellationToken);
                known = await ledger.SummarizeAsync(trial.Family, trial.FirstDate, trial.LastDate, cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            throw new NodeException("LEDGER_UNAVAILABLE", $"The run cannot be counted in the trial ledger: {e.Message}", transient: e is IOException, e);
        }

        JsonObject json = TrialAssessment.Of(trial.Sample, known).ToJson();
        json["counted"] = ledger is not null;
        json["family"] = trial.Family;
        return json;
    }

    private MarketPanel OfTicks(NodeExecution execution)
    {
        if (execution.HasInput(BarsPort) || execution.HasInput(DataPort) || _parameters.Data is not null)
        {
            throw new NodeException("FIELD_CONFLICT", $"Node '{execution.NodeId}' makes its bars of 'ticks'; connect no bars beside them.");
        }

        try
        {
            PanelInterval.TryParse(_parameters.TickInterval, out PanelInterval interval);
            return TickMarket.FromTable(execution.InputTable(TicksPort), interval, TimeSpan.FromMinutes(_parameters.UtcOffsetMinutes));
        }
        catch (BarTableException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
    }

    private static MarketPanel WithRates(MarketPanel panel, JsonNode? rates)
    {
        try
        {
            return panel.WithRates(BacktestTerms.Rates(rates, panel.Calendar));
        }
        catch (BacktestParameterException e)
        {
            throw new NodeException(e.Errors[0].Reason, e.Message, transient: false, e);
        }
    }

    private static MarketPanel WithActions(MarketPanel panel, Table table)
    {
        try
        {
            return panel.WithActions(CorporateActionTable.Read(table, panel.Series[0].Instrument.PriceScale));
        }
        catch (BarTableException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
        catch (ArgumentException e)
        {
            throw new NodeException("ACTION_INVALID", e.Message, transient: false, e);
        }
    }
}
