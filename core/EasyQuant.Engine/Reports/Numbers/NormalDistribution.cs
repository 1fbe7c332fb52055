namespace EasyQuant.Engine;

/// <summary>The standard normal distribution. Stateless and thread-safe.</summary>
public static class NormalDistribution
{
    private const double RootOfTwoPi = 2.5066282746310002;

    // P. Wichura's PPND16, coefficients from the constant term up; the denominators start with 1.
    private static readonly double[] s_centreTop =
    [
        3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
        45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
    ];

    private static readonly double[] s_centreBottom =
    [
        1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
        21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
    ];

    private static readonly double[] s_middleTop =
    [
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4,
    ];

    private static readonly double[] s_middleBottom =
    [
        1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
        0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];

    private static readonly double[] s_tailTop =
    [
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
        0.0265321895265761230930, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];

    private static readonly double[] s_tailBottom =
    [
        1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];

    /// <summary>
    /// Returns the probability of a value of at most <paramref name="x"/>, 0 to 1, with an absolute error below 1e-15: the series of
    /// G. Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11(4), 2004.
    /// </summary>
    /// <param name="x">Any number; NaN gives NaN.</param>
    public static double Cumulative(double x)
    {
        if (double.IsNaN(x))
        {
            return double.NaN;
        }

        if (Math.Abs(x) > 8.3)
        {
            return x > 0 ? 1 : 0;
        }

        double sum = x;
        double term = x;
        double square = x * x;
        for (int i = 3; sum + term != sum || i == 3; i += 2)
        {
            term *= square / i;
            sum += term;
        }

        return Math.Clamp(0.5 + (sum * Math.Exp(-square / 2) / RootOfTwoPi), 0, 1);
    }

    /// <summary>
    /// Returns the value that is not exceeded with <paramref name="probability"/>: algorithm AS 241 (PPND16) of M. Wichura, Applied
    /// Statistics 37(3), 1988, relative error about 1e-16.
    /// </summary>
    /// <param name="probability">0 to 1; 0 gives negative, 1 positive infinity.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside 0 to 1.</exception>
    public static double Quantile(double probability)
    {
        if (!(probability is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability is 0 to 1.");
        }

        if (probability is 0 or 1)
        {
            return probability == 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        double fromCentre = probability - 0.5;
        if (Math.Abs(fromCentre) <= 0.425)
        {
            double near = 0.180625 - (fromCentre * fromCentre);
            return fromCentre * Polynomial(s_centreTop, near) / Polynomial(s_centreBottom, near);
        }

        double tail = Math.Sqrt(-Math.Log(fromCentre < 0 ? probability : 1 - probability));
        double size = tail <= 5
            ? Polynomial(s_middleTop, tail - 1.6) / Polynomial(s_middleBottom, tail - 1.6)
            : Polynomial(s_tailTop, tail - 5) / Polynomial(s_tailBottom, tail - 5);
        return fromCentre < 0 ? -size : size;
    }

    private static double Polynomial(double[] coefficients, double x)
    {
        double value = 0;
        for (int i = coefficients.Length - 1; i >= 0; i--)
        {
            value = (value * x) + coefficients[i];
        }

        return value;
    }
}
