using System.Globalization;
using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The calls about sweeps. Every sweep is looked up in the caller's project.</summary>
internal sealed class SweepGrpc(
    BacktestStore store,
    SweepStore sweeps,
    SpecChecker checker,
    SweepTables tables,
    RunningBacktests running,
    TimeProvider time,
    IOptions<BacktestServiceOptions> options) : SweepService.SweepServiceBase
{
    private const string Kind = "sweep";
    private const int ListSizeMax = 500;
    private const int TrialsSizeMax = 1_000;
    private const int TableSizeMax = 10_000;

    /// <inheritdoc />
    public override async Task<CreateSweepResponse> CreateSweep(CreateSweepRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        if (request.Spec?.Backtest is null)
        {
            string field = request.Spec is null ? "spec" : "spec.backtest";
            throw RpcError.Invalid("FIELD_REQUIRED", field, $"{field} is required.");
        }

        string? requestId = Requests.IdOf(request.RequestId);
        SweepSpec spec = request.Spec.Clone();
        bool wantsNewestPanel = spec.Backtest.Panel is { Version: 0 };
        SpecReader.FillDefaults(spec.Backtest);
        SpecParts parts = await checker.PrepareAsync(spec.Backtest, project, "spec.backtest.", context.CancellationToken);
        CheckedSweep sweep = SweepReader.Read(spec, parts);
        await checker.CheckDataAsync(sweep.Base, project, "spec.backtest.", context.CancellationToken);
        long size = SweepPlan.GridSize(sweep.Axes);
        int trialCount = sweep.Search.HasStages ? 0 : (int)(sweep.RandomCount == 0 ? size : Math.Min(size, sweep.RandomCount));
        var row = new NewBacktest(
            Guid.CreateVersion7(time.GetUtcNow()), project, Kind, requestId, spec.Backtest.Strategy, spec.Backtest.Family,
            JsonFormatter.Default.Format(spec), trialCount);
        BacktestRecord record = await store.CreateAsync(row, options.Value.QueuedCountMax, context.CancellationToken)
            ?? throw Requests.QueueFull(options.Value.QueuedCountMax);
        if (record.Kind != Kind || !IsSame(SweepSpec.Parser.ParseJson(record.Spec), spec, wantsNewestPanel))
        {
            throw Requests.IdReused(request.RequestId);
        }

        running.Announce();
        return new CreateSweepResponse { Sweep = BacktestWriter.WriteSweep(record) };
    }

    /// <inheritdoc />
    public override async Task<GetSweepResponse> GetSweep(GetSweepRequest request, ServerCallContext context) =>
        new() { Sweep = BacktestWriter.WriteSweep(await FindAsync(request.SweepId, context)) };

    /// <inheritdoc />
    public override async Task<ListSweepsResponse> ListSweeps(ListSweepsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = PageArguments.Size(request.PageSize, 50, ListSizeMax);
        BacktestFilter filter = Requests.Filter(Kind, request.Strategy, request.State, "");
        string scope = $"ListSweeps/{project}/{request.Strategy}/{request.State}";
        Guid? before = PageArguments.Key(request.PageToken, scope, 1) is { } key ? Guid.Parse(key[0]) : null;
        List<BacktestRecord> rows = await store.ListAsync(project, filter, before, size + 1, context.CancellationToken);
        var response = new ListSweepsResponse();
        response.Sweeps.AddRange(rows.Take(size).Select(BacktestWriter.WriteSweep));
        response.NextPageToken = rows.Count > size ? PageToken.Write(scope, rows[size - 1].BacktestId.ToString("D")) : "";
        return response;
    }

    /// <inheritdoc />
    public override async Task WatchSweep(
        WatchSweepRequest request, IServerStreamWriter<WatchSweepResponse> responseStream, ServerCallContext context)
    {
        long revision = 0;
        while (true)
        {
            BacktestRecord record = await FindAsync(request.SweepId, context);
            if (record.Revision != revision)
            {
                revision = record.Revision;
                await responseStream.WriteAsync(new WatchSweepResponse { Sweep = BacktestWriter.WriteSweep(record) }, context.CancellationToken);
            }

            if (record.HasEnded)
            {
                return;
            }

            await Task.Delay(options.Value.WatchInterval, time, context.CancellationToken);
        }
    }

    /// <inheritdoc />
    public override async Task<CancelSweepResponse> CancelSweep(CancelSweepRequest request, ServerCallContext context)
    {
        Guid sweepId = ParseId(request.SweepId);
        BacktestRecord? record = await store.CancelAsync(CallProject.Of(context), Kind, sweepId, context.CancellationToken);
        if (record is not { Kind: Kind })
        {
            throw NotFound(request.SweepId);
        }

        running.Cancel(sweepId);
        return new CancelSweepResponse { Sweep = BacktestWriter.WriteSweep(record) };
    }

    /// <inheritdoc />
    public override async Task<ListSweepTrialsResponse> ListSweepTrials(ListSweepTrialsRequest request, ServerCallContext context)
    {
        BacktestRecord sweep = await FindAsync(request.SweepId, context);
        int size = PageArguments.Size(request.PageSize, 100, TrialsSizeMax);
        var filter = new TrialFilter(SampleOf(request.Sample), request.Window);
        string scope = $"ListSweepTrials/{sweep.ProjectId}/{request.SweepId}/{request.OrderBy}/{request.Ascending}/{request.Sample}/{request.Window}";
        // By number the token is the next number; ordered by a figure it is a row.
        int from = PageArguments.Index(request.PageToken, scope);
        List<EndedTrial> rows = request.OrderBy.Length == 0
            ? await sweeps.ListAsync(sweep.ProjectId, sweep.BacktestId, filter, from - 1, size + 1, context.CancellationToken)
            : await sweeps.ListByAsync(
                sweep.ProjectId, sweep.BacktestId, filter, MetricOf(request.OrderBy, "order_by"), request.Ascending, from, size + 1, context.CancellationToken);
        var response = new ListSweepTrialsResponse();
        response.Trials.AddRange(rows.Take(size).Select(BacktestWriter.Write));
        int next = request.OrderBy.Length > 0 ? from + size : rows.Count > size ? rows[size].Trial : 0;
        response.NextPageToken = rows.Count > size ? PageToken.Write(scope, $"{next}") : "";
        return response;
    }

    /// <inheritdoc />
    public override async Task<ReadSweepTableResponse> ReadSweepTable(ReadSweepTableRequest request, ServerCallContext context)
    {
        BacktestRecord sweep = await FindAsync(request.SweepId, context);
        int size = PageArguments.Size(request.PageSize, 1_000, TableSizeMax);
        string scope = $"ReadSweepTable/{sweep.ProjectId}/{request.SweepId}";
        int from = PageArguments.Index(request.PageToken, scope);
        (Data.Table rows, int next) = await tables.ReadAsync(sweep, from, size, context.CancellationToken);
        return new ReadSweepTableResponse { Rows = TableWriter.Write(rows), NextPageToken = next > 0 ? PageToken.Write(scope, $"{next}") : "" };
    }

    /// <inheritdoc />
    public override async Task ExportSweep(ExportSweepRequest request, IServerStreamWriter<ExportSweepResponse> responseStream, ServerCallContext context) =>
        await tables.ExportAsync(await FindAsync(request.SweepId, context), request.Format, responseStream, context.CancellationToken);

    /// <inheritdoc />
    public override async Task<GetSweepHeatMapResponse> GetSweepHeatMap(GetSweepHeatMapRequest request, ServerCallContext context)
    {
        BacktestRecord sweep = await FindAsync(request.SweepId, context);
        SweepSpec spec = SweepSpec.Parser.ParseJson(sweep.Spec);
        CheckParameter(spec, request.XParameter, "x_parameter");
        CheckParameter(spec, request.YParameter, "y_parameter");
        string metric = MetricOf(request.Metric.Length == 0 ? "sharpe" : request.Metric, "metric");
        List<(string X, string Y, double Value)> cells = await sweeps.HeatMapAsync(
            sweep.ProjectId, sweep.BacktestId, request.XParameter, request.YParameter, metric, context.CancellationToken);
        List<string> x = Sorted(cells.Select(cell => cell.X), "x_parameter");
        List<string> y = Sorted(cells.Select(cell => cell.Y), "y_parameter");
        double[] values = new double[x.Count * y.Count];
        Array.Fill(values, double.NaN);
        Dictionary<string, int> columns = x.Select((value, index) => (value, index)).ToDictionary(one => one.value, one => one.index, StringComparer.Ordinal);
        Dictionary<string, int> rows = y.Select((value, index) => (value, index)).ToDictionary(one => one.value, one => one.index, StringComparer.Ordinal);
        foreach ((string cellX, string cellY, double value) in cells)
        {
            values[(rows[cellY] * x.Count) + columns[cellX]] = value;
        }

        var response = new GetSweepHeatMapResponse();
        response.XValues.AddRange(x);
        response.YValues.AddRange(y);
        response.Cells.AddRange(values);
        return response;
    }

    private static string? SampleOf(SweepSample sample) => sample switch
    {
        SweepSample.In => TrialStage.In,
        SweepSample.Out => TrialStage.Out,
        _ => null,
    };

    private static bool IsSame(SweepSpec stored, SweepSpec spec, bool wantsNewestPanel) =>
        BacktestStarts.IsSame(stored.Backtest, spec.Backtest, wantsNewestPanel) && stored.Equals(spec);

    private static void CheckParameter(SweepSpec spec, string name, string field)
    {
        if (spec.Axes.All(axis => axis.Parameter != name))
        {
            throw RpcError.Invalid(
                "PARAMETER_NOT_FOUND", field, $"{field} must be an axis of the sweep ({string.Join(", ", spec.Axes.Select(axis => axis.Parameter))}), was \"{name}\".");
        }
    }

    private static string MetricOf(string name, string field) =>
        name.Length <= 63 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? name
            : throw RpcError.Invalid("NAME_INVALID", field, $"{field} must be the name of a figure such as sharpe, was \"{name}\".");

    private static List<string> Sorted(IEnumerable<string> values, string field)
    {
        List<string> distinct = [.. values.Distinct(StringComparer.Ordinal)
            .OrderBy(value => double.TryParse(value, CultureInfo.InvariantCulture, out double number) ? number : double.MaxValue)
            .ThenBy(value => value, StringComparer.Ordinal)];
        return distinct.Count <= SweepStore.HeatMapValuesMax
            ? distinct
            : throw RpcError.Invalid("LIMIT_EXCEEDED", field, $"A heat map has at most {SweepStore.HeatMapValuesMax} values a side, {field} has {distinct.Count}.");
    }

    private async Task<BacktestRecord> FindAsync(string sweepId, ServerCallContext context) =>
        await store.FindAsync(CallProject.Of(context), ParseId(sweepId), context.CancellationToken) is { Kind: Kind } record
            ? record
            : throw NotFound(sweepId);

    private static Guid ParseId(string sweepId) => Guid.TryParseExact(sweepId, "D", out Guid parsed) ? parsed : throw NotFound(sweepId);

    private static RpcError NotFound(string sweepId) =>
        RpcError.NotFound("SWEEP_NOT_FOUND", $"There is no sweep \"{sweepId}\" in this project.");
}
