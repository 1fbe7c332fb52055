namespace EasyQuant.Flow;

/// <summary>First word of an expression.</summary>
public enum ExpressionRoot
{
    /// <summary><c>${inputs.name...}</c>: an input of the run.</summary>
    Inputs,

    /// <summary><c>${nodes.id.port...}</c>: an output of a step, or its count <c>rows</c>.</summary>
    Nodes,

    /// <summary><c>${item...}</c>: the current item of a fan-out.</summary>
    Item,

    /// <summary><c>${run.id}</c>, <c>project</c>, <c>date</c>, <c>time</c>, <c>seed</c>, <c>itemPath</c>.</summary>
    Run,
}
