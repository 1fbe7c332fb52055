using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>A spec with defaults filled in and every value checked.</summary>
/// <param name="Strategy">Name of the strategy.</param>
/// <param name="Family">Strategy family of the trial ledger.</param>
/// <param name="Source">The compiled source of a user; null for a shipped strategy.</param>
/// <param name="Parameters">All parameters.</param>
/// <param name="Data">Which bars.</param>
/// <param name="Settings">Cash, costs, rules, period.</param>
/// <param name="Rules">The rule book.</param>
/// <param name="FaultPolicy">What an exception of the strategy does.</param>
/// <param name="RefusesHoles">Whether days without a bar are an error.</param>
internal sealed record CheckedSpec(
    string Strategy,
    string Family,
    SourceRecord? Source,
    JsonObject Parameters,
    CheckedData Data,
    BacktestSettings Settings,
    RuleBookRecord Rules,
    FaultPolicy FaultPolicy,
    bool RefusesHoles);
