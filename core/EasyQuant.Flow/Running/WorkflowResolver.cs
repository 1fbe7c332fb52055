namespace EasyQuant.Flow;

/// <summary>Returns a workflow of the run's project, in the version that is fixed for the run; null when there is none.</summary>
/// <param name="name">Name of the workflow.</param>
/// <param name="version">Version; 0 for the one that is fixed for the run.</param>
public delegate WorkflowDefinition? WorkflowResolver(string name, int version);
