namespace EasyQuant.Data;

/// <summary>What happens to bars that break a rule.</summary>
public enum BadBarPolicy
{
    /// <summary>They are removed.</summary>
    Drop = 0,

    /// <summary>They stay and are reported.</summary>
    Keep = 1,

    /// <summary>They block the data; nothing is removed.</summary>
    Error = 2,
}
