namespace EasyQuant.Data;

/// <summary>What happens to bars that repeat the symbol and day of another.</summary>
public enum DuplicatePolicy
{
    /// <summary>The first in input order stays.</summary>
    KeepFirst = 0,

    /// <summary>The last in input order stays.</summary>
    KeepLast = 1,

    /// <summary>They block the data; nothing is removed.</summary>
    Error = 2,
}
