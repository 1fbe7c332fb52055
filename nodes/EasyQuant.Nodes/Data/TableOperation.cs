namespace EasyQuant.Nodes.Data;

/// <summary>Arithmetic of a computed column.</summary>
public enum TableOperation
{
    /// <summary>left / right - 1.</summary>
    Change = 0,

    /// <summary>left / right.</summary>
    Ratio = 1,

    /// <summary>left - right.</summary>
    Difference = 2,

    /// <summary>left + right.</summary>
    Sum = 3,

    /// <summary>left * right.</summary>
    Product = 4,
}
