namespace EasyQuant.Engine;

/// <summary>What a report is computed with. Immutable.</summary>
public sealed record ReportOptions
{
    /// <summary>The defaults.</summary>
    public static ReportOptions Default { get; } = new();

    /// <summary>Returns a year, 1 to 100,000. Default 252: trading days.</summary>
    public int PeriodsPerYear { get; init; } = BacktestStatistics.DaysPerYear;

    /// <summary>Risk-free rate a year as a fraction, above -1, at most 10. Default 0.</summary>
    public double RiskFreeRate { get; init; }

    /// <summary>Trading days of a rolling window, 2 to 10,000. Default 63: a quarter.</summary>
    public int RollingDays { get; init; } = 63;

    /// <summary>Drawdowns listed, 1 to 1,000, deepest first. Default 10.</summary>
    public int DrawdownsMax { get; init; } = 10;

    /// <summary>Risk-free return of one period.</summary>
    internal double RiskFreeReturn => RiskFreeRate == 0 ? 0 : Math.Pow(1 + RiskFreeRate, 1.0 / PeriodsPerYear) - 1;

    /// <summary>Checks ranges.</summary>
    /// <returns>All errors, empty when the options are usable.</returns>
    public IReadOnlyList<ParameterError> Validate()
    {
        List<ParameterError> errors = [];
        Check(PeriodsPerYear is >= 1 and <= 100_000, "periodsPerYear", "1 to 100000", PeriodsPerYear);
        Check(RiskFreeRate is > -1 and <= 10, "riskFreeRate", "above -1, at most 10", RiskFreeRate);
        Check(RollingDays is >= 2 and <= 10_000, "rollingDays", "2 to 10000", RollingDays);
        Check(DrawdownsMax is >= 1 and <= 1000, "drawdownsMax", "1 to 1000", DrawdownsMax);
        return errors;

        void Check(bool isGood, string field, string range, double got)
        {
            if (!isGood)
            {
                errors.Add(new ParameterError(
                    "PARAMETER_OUT_OF_RANGE", field, FormattableString.Invariant($"{field} must be {range}, was {got}.")));
            }
        }
    }
}
