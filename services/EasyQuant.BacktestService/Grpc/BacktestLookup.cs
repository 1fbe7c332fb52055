using EasyQuant.BacktestService.Storage;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Finds backtests in the caller's project. Thread-safe.</summary>
internal sealed class BacktestLookup(BacktestStore store)
{
    /// <summary>Finds a backtest.</summary>
    /// <exception cref="RpcError">BACKTEST_NOT_FOUND.</exception>
    public async Task<BacktestRecord> FindAsync(string backtestId, ServerCallContext context) =>
        await store.FindAsync(CallProject.Of(context), ParseId(backtestId), context.CancellationToken) is { Kind: "backtest" } record
            ? record
            : throw NotFound(backtestId);

    /// <summary>Finds a backtest that has a result.</summary>
    /// <exception cref="RpcError">BACKTEST_NOT_FOUND or RESULT_NOT_READY.</exception>
    public async Task<BacktestRecord> FindSucceededAsync(string backtestId, ServerCallContext context)
    {
        BacktestRecord record = await FindAsync(backtestId, context);
        return record.State == "succeeded" ? record : throw NotReady(record);
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="RpcError">BACKTEST_NOT_FOUND when it is none.</exception>
    public static Guid ParseId(string backtestId) =>
        Guid.TryParseExact(backtestId, "D", out Guid parsed) ? parsed : throw NotFound(backtestId);

    /// <summary>Says that there is no such backtest.</summary>
    public static RpcError NotFound(string backtestId) =>
        RpcError.NotFound("BACKTEST_NOT_FOUND", $"There is no backtest \"{backtestId}\" in this project.");

    /// <summary>Says that there is no result.</summary>
    public static RpcError NotReady(BacktestRecord record) => new(
        StatusCode.FailedPrecondition, "RESULT_NOT_READY", $"The backtest {record.BacktestId} is {record.State}; it has a result once it has succeeded.");
}
