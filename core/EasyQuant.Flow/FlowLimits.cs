namespace EasyQuant.Flow;

/// <summary>Bounds on what a user may hand in; beyond them the reason is <c>LIMIT_EXCEEDED</c>.</summary>
public static class FlowLimits
{
    /// <summary>Nesting of a workflow's JSON and of every JSON value in it.</summary>
    public const int JsonDepthMax = 64;

    /// <summary>Nodes of a workflow.</summary>
    public const int NodesMax = 10_000;

    /// <summary>Edges of a workflow.</summary>
    public const int EdgesMax = 50_000;

    /// <summary>Declared inputs, and declared outputs, of a workflow.</summary>
    public const int PortsMax = 1_000;

    /// <summary>UTF-8 bytes of one text that contains expressions.</summary>
    public const int ExpressionBytesMax = 4_096;

    /// <summary>UTF-8 bytes of a workflow's JSON.</summary>
    public const int DocumentBytesMax = 4 * 1024 * 1024;

    /// <summary>Sub-workflows within sub-workflows.</summary>
    public const int DepthMax = 10;

    /// <summary>Nodes of a workflow together with those of all workflows below it.</summary>
    public const int DescendantsMax = 200_000;

    /// <summary>Items of one fan-out, and rows that a table may have when an expression reads it as JSON.</summary>
    public const int ItemsMax = 100_000;

    /// <summary>Longest path of a workflow in nodes.</summary>
    public const int PathMax = 10_000;

    /// <summary>Errors that a validation reports; after the last one it says that there are more.</summary>
    public const int ErrorsMax = 200;
}
