using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Returns of an equity curve, one a trading day. Stateless and thread-safe.</summary>
public static class DailyReturns
{
    /// <summary>Returns equity over the equity of the day before, minus 1; the first against the initial cash; 0 after an equity of 0.</summary>
    /// <param name="initial">Cash at the start.</param>
    /// <param name="equity">One point a trading day, ascending.</param>
    /// <returns>As many fractions as points, oldest first.</returns>
    public static double[] Of(Money initial, ImmutableArray<EquityPoint> equity)
    {
        double[] returns = new double[equity.Length];
        double previous = initial.Units;
        for (int i = 0; i < returns.Length; i++)
        {
            double current = equity[i].Equity.Units;
            returns[i] = previous == 0 ? 0 : (current / previous) - 1;
            previous = current;
        }

        return returns;
    }
}
