using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Everything a backtest gives.</summary>
/// <param name="Manifest">What reproduces it.</param>
/// <param name="Statistics">Core figures.</param>
/// <param name="Run">Equity, orders, fills, final positions.</param>
/// <param name="Trades">Round trips: closed ones in order of their exit, then open ones by symbol.</param>
public sealed record BacktestResult(
    BacktestManifest Manifest,
    BacktestStatistics Statistics,
    EngineRun Run,
    ImmutableArray<RoundTrip> Trades);
