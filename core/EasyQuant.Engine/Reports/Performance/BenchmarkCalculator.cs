namespace EasyQuant.Engine;

/// <summary>Computes <see cref="BenchmarkStatistics"/>; sums run in order of days.</summary>
internal static class BenchmarkCalculator
{
    /// <param name="returns">Daily returns, at least one.</param>
    /// <param name="benchmark">The benchmark's, of the same days.</param>
    /// <param name="options">Periods a year and risk-free rate.</param>
    public static BenchmarkStatistics Compute(double[] returns, double[] benchmark, ReportOptions options)
    {
        double year = options.PeriodsPerYear;
        double free = options.RiskFreeReturn;
        double[] active = [.. returns.Select((one, i) => one - benchmark[i])];
        double total = PeriodReturns.Compound(benchmark);
        double? cagr = RatioFigures.Annual(total, benchmark.Length, options);
        double? beta = RatioFigures.Beta(returns, benchmark);
        double mean = Sample.Mean(returns) ?? 0;
        double otherMean = Sample.Mean(benchmark) ?? 0;
        double? alpha = mean - free - (beta * (otherMean - free));
        double? error = ResidualError(returns, benchmark, alpha, beta, free);
        double? volatility = Sample.Deviation(benchmark) * Math.Sqrt(year);
        double? correlation = Sample.Correlation(returns, benchmark);
        double? up = Capture(returns, benchmark, isUp: true);
        double? down = Capture(returns, benchmark, isUp: false);
        return new BenchmarkStatistics
        {
            BenchmarkTotalReturn = total,
            BenchmarkCagr = cagr,
            BenchmarkVolatility = volatility,
            BenchmarkSharpe = RatioFigures.Sharpe(benchmark, options),
            BenchmarkMaxDrawdown = MaxFall(benchmark, null),
            ExcessReturn = RatioFigures.Annual(PeriodReturns.Compound(returns), returns.Length, options) - cagr,
            Alpha = alpha * year,
            AlphaT = Sample.Ratio(alpha, AlphaError(benchmark, error, free)),
            Beta = beta,
            BetaUp = BetaWhere(returns, benchmark, one => one > 0),
            BetaDown = BetaWhere(returns, benchmark, one => one < 0),
            Correlation = correlation,
            RSquared = correlation * correlation,
            TrackingError = Sample.Deviation(active) * Math.Sqrt(year),
            InformationRatio = Sample.Ratio(Sample.Mean(active), Sample.Deviation(active)) * Math.Sqrt(year),
            Treynor = Sample.Ratio((mean - free) * year, beta),
            ModiglianiReturn = options.RiskFreeRate + (RatioFigures.Sharpe(returns, options) * volatility),
            AppraisalRatio = Sample.Ratio(alpha * year, error * Math.Sqrt(year)),
            UpCapture = up,
            DownCapture = down,
            CaptureRatio = Sample.Ratio(up, down),
            BattingAverage = (double)active.Count(one => one > 0) / active.Length,
            MaxRelativeDrawdown = MaxFall(returns, benchmark),
        };
    }

    /// <summary>Standard deviation (n - 2) of the residuals; null below three days, 0 of a perfect fit.</summary>
    private static double? ResidualError(double[] returns, double[] benchmark, double? alpha, double? beta, double free)
    {
        if (returns.Length < 3 || alpha is not { } intercept || beta is not { } slope)
        {
            return null;
        }

        double squares = 0;
        double raw = 0;
        for (int i = 0; i < returns.Length; i++)
        {
            double residual = returns[i] - free - intercept - (slope * (benchmark[i] - free));
            squares += residual * residual;
            raw += returns[i] * returns[i];
        }

        // What is left of a perfect fit is rounding.
        return squares <= raw * 1e-24 ? 0 : Math.Sqrt(squares / (returns.Length - 2));
    }

    /// <summary>Standard error of the intercept of an ordinary least-squares line.</summary>
    private static double? AlphaError(double[] benchmark, double? residualError, double free)
    {
        double squares = Sample.CentralSum(benchmark, 2);
        double distance = (Sample.Mean(benchmark) ?? 0) - free;
        return squares > 0 ? residualError * Math.Sqrt((1.0 / benchmark.Length) + (distance * distance / squares)) : null;
    }

    private static double? BetaWhere(double[] returns, double[] benchmark, Func<double, bool> counts)
    {
        int[] days = [.. Enumerable.Range(0, benchmark.Length).Where(i => counts(benchmark[i]))];
        return RatioFigures.Beta(days.Select(i => returns[i]).ToArray(), days.Select(i => benchmark[i]).ToArray());
    }

    private static double? Capture(double[] returns, double[] benchmark, bool isUp)
    {
        double own = 1;
        double other = 1;
        int count = 0;
        for (int i = 0; i < returns.Length; i++)
        {
            if (isUp ? benchmark[i] > 0 : benchmark[i] < 0)
            {
                own *= 1 + returns[i];
                other *= 1 + benchmark[i];
                count++;
            }
        }

        return count == 0 || own < 0 ? null : Sample.Ratio(Math.Pow(own, 1.0 / count) - 1, Math.Pow(other, 1.0 / count) - 1);
    }

    /// <summary>Largest fall of growth, or of growth over the benchmark's growth, below its peak; the first peak is 1.</summary>
    private static double MaxFall(double[] returns, double[]? benchmark)
    {
        double level = 1;
        double peak = 1;
        double deepest = 0;
        for (int i = 0; i < returns.Length; i++)
        {
            level *= benchmark is null ? 1 + returns[i] : (1 + returns[i]) / (1 + benchmark[i]);
            peak = Math.Max(peak, level);
            deepest = Math.Max(deepest, 1 - (level / peak));
        }

        return deepest;
    }
}
