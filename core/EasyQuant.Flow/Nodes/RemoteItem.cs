using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>An item to start as a durable run.</summary>
/// <param name="Index">Place of the item in the input, counted from 0.</param>
/// <param name="Attempt">Which attempt this is, counted from 1 over all executions of the step; the same attempt is started once.</param>
/// <param name="Inputs">Inputs of the run by name.</param>
public sealed record RemoteItem(int Index, int Attempt, IReadOnlyDictionary<string, JsonNode?> Inputs);
