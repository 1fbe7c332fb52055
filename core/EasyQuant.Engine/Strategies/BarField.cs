namespace EasyQuant.Engine;

/// <summary>A column of bars.</summary>
public enum BarField
{
    /// <summary>First prices.</summary>
    Open = 0,

    /// <summary>Highest prices.</summary>
    High,

    /// <summary>Lowest prices.</summary>
    Low,

    /// <summary>Last prices.</summary>
    Close,

    /// <summary>Traded quantities.</summary>
    Volume,
}
