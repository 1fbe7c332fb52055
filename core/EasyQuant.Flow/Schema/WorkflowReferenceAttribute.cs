namespace EasyQuant.Flow;

/// <summary>Marks a text parameter that names a workflow of the same project (<c>x-workflow</c>): a validator follows it, a form offers a list. The optional integer parameter <c>version</c> beside it chooses the version.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class WorkflowReferenceAttribute : Attribute
{
}
