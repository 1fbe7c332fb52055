namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>Rolls back the start of items whose parent, or the step of it, is to be cancelled.</summary>
internal sealed class ParentCancelledException : Exception;
