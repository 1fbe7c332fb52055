using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>A run that exists for an item.</summary>
internal readonly record struct KnownChild(Guid RunId, RunState State);
