using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>A shipped strategy with checked parameters: makes a fresh instance for every run.</summary>
/// <param name="Parameters">Parameters with defaults filled in, in the order of the catalogue.</param>
/// <param name="Create">Makes a fresh strategy; thread-safe.</param>
public sealed record StrategyBinding(JsonObject Parameters, Func<IStrategy> Create);
