using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Checks that several calls share.</summary>
internal static class Requests
{
    /// <summary>Returns the request id in lower case, null without one.</summary>
    /// <exception cref="RpcError">REQUEST_ID_INVALID.</exception>
    public static string? IdOf(string requestId) => requestId.Length == 0
        ? null
        : Guid.TryParseExact(requestId, "D", out _)
            ? requestId.ToLowerInvariant()
            : throw RpcError.Invalid("REQUEST_ID_INVALID", "request_id", $"request_id must be a UUID, was \"{requestId}\".");

    /// <summary>Says that too many wait.</summary>
    public static RpcError QueueFull(int queuedCountMax) => new(
        StatusCode.ResourceExhausted,
        "BACKTEST_QUEUE_FULL",
        $"At most {queuedCountMax} backtests and sweeps of a project may wait.",
        retryAfter: TimeSpan.FromSeconds(10));

    /// <summary>Says that the id was used for something else.</summary>
    public static RpcError IdReused(string requestId) => new(
        StatusCode.AlreadyExists, "REQUEST_ID_REUSED", $"The request id {requestId} was used for something else.");

    /// <summary>Returns the stored name of a state, null for all.</summary>
    /// <exception cref="RpcError">STATE_INVALID.</exception>
    public static string? StateOf(BacktestState state) => state switch
    {
        BacktestState.Unspecified => null,
        BacktestState.Queued => "queued",
        BacktestState.Running => "running",
        BacktestState.Succeeded => "succeeded",
        BacktestState.Failed => "failed",
        BacktestState.Cancelled => "cancelled",
        _ => throw RpcError.Invalid("STATE_INVALID", "state", $"state must be a state of a backtest, was {(int)state}."),
    };

    /// <summary>Returns the text, null when it is empty.</summary>
    public static string? TextOf(string text) => text.Length == 0 ? null : text;

    /// <summary>Reads the parts of a list's filter.</summary>
    public static BacktestFilter Filter(string kind, string strategy, BacktestState state, string family) =>
        new(kind, TextOf(strategy), StateOf(state), TextOf(family));
}
