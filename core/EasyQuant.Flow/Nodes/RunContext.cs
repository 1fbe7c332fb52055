using System.Collections.ObjectModel;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>What a run knows about itself. Immutable; everything that could differ between two executions comes in here.</summary>
public sealed record RunContext
{
    /// <summary>Id of the run: UUID version 7, lower case with hyphens.</summary>
    public required string RunId { get; init; }

    /// <summary>Project that owns the run, for example <c>default</c>.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Fencing epoch of the run's lease; grows with every claim. 0 (default) outside the durable platform.</summary>
    public long Epoch { get; init; }

    /// <summary>How long the run's lease lasts without renewal. Zero (default) outside the durable platform.</summary>
    public TimeSpan LeaseTime { get; init; }

    /// <summary>How often the run was claimed, counted from 1 (default).</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Seed for all randomness of the run. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>When the run was created, UTC. <c>${run.date}</c> is its UTC date.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>Where a child run stands below its run, for example <c>batch[17]</c> or <c>batch[17]/sub</c>; empty (default) for the run itself.</summary>
    public string ItemPath { get; init; } = "";

    /// <summary>Run under which effects are named; empty (default) for this run. An item that executes as a run of its own names its effects as its parent would.</summary>
    public string EffectRunId { get; init; } = "";

    /// <summary>How many sub-workflows lie above; 0 (default) for the run itself, at most 10.</summary>
    public int Depth { get; init; }

    /// <summary>Names of the workflows above, outermost first; used to refuse recursion. Default none.</summary>
    public IReadOnlyList<string> Ancestors { get; init; } = [];

    /// <summary>Inputs by name; values that are not given take the default of the workflow. Default none.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Inputs { get; init; } = ReadOnlyDictionary<string, JsonNode?>.Empty;
}
