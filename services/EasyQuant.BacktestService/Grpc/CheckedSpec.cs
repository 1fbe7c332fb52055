using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>A spec with defaults filled in and every value checked.</summary>
internal sealed record CheckedSpec(string Strategy, JsonObject Parameters, string Table, BarFilter Filter, BacktestSettings Settings);
