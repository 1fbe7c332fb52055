namespace EasyQuant.Flow;

/// <summary>A port by indexes.</summary>
/// <param name="Node">Index of the node in the definition; -1 for none.</param>
/// <param name="Port">Index of the port; -1 for the count of rows.</param>
internal readonly record struct PortRef(int Node, int Port)
{
    public static PortRef None => new(-1, -1);

    public bool IsNone => Node < 0;
}
