namespace EasyQuant.Engine;

/// <summary>What happens to rights to buy new shares.</summary>
public enum RightsPolicy
{
    /// <summary>They lapse. The default: subscribing spends cash that the strategy did not decide to spend.</summary>
    Lapse = 0,

    /// <summary>They are paid on the pay date as far as the cash goes.</summary>
    Subscribe,
}
