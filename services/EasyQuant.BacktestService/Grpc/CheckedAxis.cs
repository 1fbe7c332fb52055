using System.Text.Json.Nodes;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Values of one parameter of a sweep.</summary>
/// <param name="Parameter">Name of a parameter of the strategy.</param>
/// <param name="Values">Its values in order, at least one.</param>
internal sealed record CheckedAxis(string Parameter, IReadOnlyList<JsonNode> Values);
