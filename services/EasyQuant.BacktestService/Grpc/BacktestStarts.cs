using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Contracts.Backtest.V1;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Checks and accepts backtests. Thread-safe.</summary>
internal sealed class BacktestStarts(
    BacktestStore store, SpecChecker checker, RunningBacktests running, TimeProvider time, IOptions<BacktestServiceOptions> options)
{
    private const string Kind = "backtest";

    /// <summary>Accepts a backtest, or returns the one of the same request.</summary>
    /// <param name="spec">The spec; changed: defaults, hash of the source, version of the panel.</param>
    /// <param name="requestId">Id of the request; empty for none.</param>
    /// <param name="project">The caller's project.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ServiceDefaults.Errors.RpcError">As of CreateBacktest.</exception>
    public async Task<BacktestRecord> StartAsync(BacktestSpec spec, string requestId, string project, CancellationToken cancellationToken)
    {
        string? id = Requests.IdOf(requestId);
        bool wantsNewestPanel = spec.Panel is { Version: 0 };
        SpecReader.FillDefaults(spec);
        SpecParts parts = await checker.PrepareAsync(spec, project, "spec.", cancellationToken);
        CheckedSpec check = SpecReader.Read(spec, parts);
        await checker.CheckDataAsync(check, project, "spec.", cancellationToken);
        var row = new NewBacktest(
            Guid.CreateVersion7(time.GetUtcNow()), project, Kind, id, spec.Strategy, spec.Family, JsonFormatter.Default.Format(spec), 0);
        BacktestRecord record = await store.CreateAsync(row, options.Value.QueuedCountMax, cancellationToken)
            ?? throw Requests.QueueFull(options.Value.QueuedCountMax);
        if (record.Kind != Kind || !IsSame(BacktestSpec.Parser.ParseJson(record.Spec), spec, wantsNewestPanel))
        {
            throw Requests.IdReused(requestId);
        }

        running.Announce();
        return record;
    }

    /// <summary>True when a stored spec is what was asked for. A repeated request for the newest panel means the one that was the newest then.</summary>
    public static bool IsSame(BacktestSpec stored, BacktestSpec spec, bool wantsNewestPanel)
    {
        if (wantsNewestPanel && stored.Panel is { } panel && spec.Panel is not null)
        {
            spec.Panel.Version = panel.Version;
        }

        return stored.Equals(spec);
    }
}
