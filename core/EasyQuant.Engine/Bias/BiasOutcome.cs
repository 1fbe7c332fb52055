namespace EasyQuant.Engine;

/// <summary>How a bias check ended, better ones first.</summary>
public enum BiasOutcome
{
    /// <summary>Nothing speaks against the result.</summary>
    Passed = 0,

    /// <summary>The check says nothing here, for example because there was no trade.</summary>
    NotApplicable,

    /// <summary>The result is weak here; look before trusting it.</summary>
    Warned,

    /// <summary>The result must not be trusted.</summary>
    Failed,
}
