namespace EasyQuant.Nodes.Data;

/// <summary>What happens to bars beyond the exchange's price limits.</summary>
public enum LimitPolicy
{
    /// <summary>They are not looked for.</summary>
    Off = 0,

    /// <summary>They stay and are reported.</summary>
    Report = 1,

    /// <summary>They are removed.</summary>
    Drop = 2,

    /// <summary>They block the data.</summary>
    Error = 3,
}
