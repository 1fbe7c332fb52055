namespace EasyQuant.Nodes.Trading;

/// <summary>Shares held, and how many of them may be sold now.</summary>
internal readonly record struct HeldPosition(long Quantity, long Sellable);
