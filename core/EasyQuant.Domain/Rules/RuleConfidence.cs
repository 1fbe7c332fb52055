namespace EasyQuant.Domain;

/// <summary>How well a rule-book row is founded.</summary>
public enum RuleConfidence
{
    /// <summary>Known from the exchange's or the state's publication.</summary>
    High = 0,

    /// <summary>Known from one report or from memory: check before relying on it.</summary>
    Low,
}
