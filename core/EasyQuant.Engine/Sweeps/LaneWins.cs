using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Counts won sales of one instrument as the lanes do.</summary>
internal static class LaneWins
{
    /// <summary>Returns the number of sales that flatten the position and brought, with sales before them, more than the buys of the position cost.</summary>
    public static int Count(ImmutableArray<Fill> fills)
    {
        long held = 0;
        long flow = 0;
        int wins = 0;
        foreach (Fill fill in fills)
        {
            held += fill.Side == OrderSide.Buy ? fill.Quantity.Units : -fill.Quantity.Units;
            flow += fill.CashFlow.Units;
            if (held == 0)
            {
                wins += flow > 0 ? 1 : 0;
                flow = 0;
            }
        }

        return wins;
    }
}
