namespace EasyQuant.Flow;

/// <summary>A node that calls a workflow.</summary>
/// <param name="NodeIndex">Index of the node in the definition.</param>
/// <param name="NodeId">Its id.</param>
/// <param name="Parameter">The parameter that names the workflow.</param>
/// <param name="Workflow">Name of the workflow.</param>
/// <param name="Version">Version; 0 for the newest.</param>
public sealed record WorkflowReference(int NodeIndex, string NodeId, string Parameter, string Workflow, int Version);
