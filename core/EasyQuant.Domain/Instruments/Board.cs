namespace EasyQuant.Domain;

/// <summary>The market segment whose rules apply to an instrument.</summary>
public enum Board
{
    /// <summary>Not a mainland-China instrument, or a code range without rules here: no exchange rule applies.</summary>
    Other = 0,

    /// <summary>A-shares of the Shanghai and Shenzhen main boards (60x, 000-003).</summary>
    Main,

    /// <summary>Shanghai STAR market (688, 689).</summary>
    Star,

    /// <summary>Shenzhen ChiNext (300-302).</summary>
    ChiNext,

    /// <summary>Beijing Stock Exchange (4, 8, 92).</summary>
    Bse,

    /// <summary>B-shares (900 in Shanghai, 200 in Shenzhen).</summary>
    BShare,

    /// <summary>Exchange-traded and listed funds (5x in Shanghai, 15/16/18 in Shenzhen).</summary>
    Fund,

    /// <summary>Bonds and convertible bonds.</summary>
    Bond,

    /// <summary>An index: not tradable at an exchange; backtests treat it as frictionless.</summary>
    Index,
}
