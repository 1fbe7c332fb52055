using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>One parameter of a sweep and the values that it takes. Immutable.</summary>
public sealed class SweepAxis
{
    /// <summary>Most values of an axis.</summary>
    public const int ValuesMax = 1_000_000;

    /// <summary>Makes an axis.</summary>
    /// <param name="name">Name of the parameter, not empty; a column of the result.</param>
    /// <param name="values">1 to <see cref="ValuesMax"/> finite values, strictly ascending.</param>
    /// <exception cref="ArgumentException">The name is empty, or the values are not as stated.</exception>
    public SweepAxis(string name, ImmutableArray<double> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (values.IsDefaultOrEmpty || values.Length > ValuesMax)
        {
            throw new ArgumentException($"{name} needs 1 to {ValuesMax} values.", nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || (i > 0 && values[i] <= values[i - 1]))
            {
                throw new ArgumentException($"The values of {name} must be finite and ascend; element {i} is {values[i]:R}.", nameof(values));
            }
        }

        Name = name;
        Values = values;
    }

    /// <summary>Name of the parameter.</summary>
    public string Name { get; }

    /// <summary>Its values, strictly ascending.</summary>
    public ImmutableArray<double> Values { get; }

    /// <summary>Makes an axis of evenly spaced values: <paramref name="first"/> + i x <paramref name="step"/> up to <paramref name="last"/>, included.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="first">First value.</param>
    /// <param name="last">Upper bound, at least <paramref name="first"/>; met within a millionth of a step it counts as reached.</param>
    /// <param name="step">Distance, above 0.</param>
    /// <exception cref="ArgumentException">The range is empty, not finite, or has more than <see cref="ValuesMax"/> values.</exception>
    public static SweepAxis Range(string name, double first, double last, double step)
    {
        double count = Math.Floor(((last - first) / step) + 1e-6) + 1;
        return step > 0 && count is >= 1 and <= ValuesMax
            ? new SweepAxis(name, [.. Enumerable.Range(0, (int)count).Select(i => first + (i * step))])
            : throw new ArgumentException($"The range of {name} from {first:R} to {last:R} by {step:R} must have 1 to {ValuesMax} values.", nameof(last));
    }
}
