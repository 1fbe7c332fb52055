namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>Rolls back the start of items whose parent is to be cancelled.</summary>
internal sealed class ParentCancelledException : Exception;
