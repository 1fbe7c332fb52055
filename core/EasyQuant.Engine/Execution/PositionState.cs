namespace EasyQuant.Engine;

/// <summary>What an account holds of one instrument.</summary>
internal struct PositionState
{
    /// <summary>Held; negative when short.</summary>
    public long Quantity;

    /// <summary>Bought on <see cref="LastBuyDay"/>.</summary>
    public long BoughtToday;

    /// <summary>Part of <see cref="Quantity"/> that may not be sold before its list date.</summary>
    public long Locked;

    /// <summary>Last day with a buy; -1 before the first.</summary>
    public int LastBuyDay;

    /// <summary>Place in the ledger's list of held positions; -1 when nothing is held.</summary>
    public int HeldIndex;

    /// <summary>What may be sold on <paramref name="day"/> without going short.</summary>
    public readonly long Sellable(int day, int shareDays) =>
        Math.Max(0, Quantity - Locked - (shareDays > 0 && LastBuyDay == day ? BoughtToday : 0));
}
