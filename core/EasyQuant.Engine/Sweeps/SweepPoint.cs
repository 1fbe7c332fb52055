namespace EasyQuant.Engine;

/// <summary>One combination of parameters of a <see cref="SweepSpace"/>.</summary>
/// <param name="Space">The space.</param>
/// <param name="Index">Its number in the space, from 0.</param>
public readonly record struct SweepPoint(SweepSpace Space, long Index)
{
    /// <summary>Returns the value of a parameter.</summary>
    /// <param name="name">Name of an axis.</param>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public double this[string name]
    {
        get
        {
            for (int i = 0; i < Space.Axes.Length; i++)
            {
                if (Space.Axes[i].Name == name)
                {
                    return ValueAt(i);
                }
            }

            throw new ArgumentException($"The sweep has no parameter \"{name}\"; it has: {string.Join(", ", Space.Axes.Select(axis => axis.Name))}.", nameof(name));
        }
    }

    /// <summary>Returns the value of the parameter of an axis.</summary>
    /// <param name="axis">Position of the axis, 0 to their number - 1.</param>
    public double ValueAt(int axis)
    {
        long rest = Index;
        for (int i = Space.Axes.Length - 1; i > axis; i--)
        {
            rest /= Space.Axes[i].Values.Length;
        }

        return Space.Axes[axis].Values[(int)(rest % Space.Axes[axis].Values.Length)];
    }

    /// <summary>Returns the value of a parameter as a whole number.</summary>
    /// <param name="name">Name of an axis.</param>
    /// <exception cref="ArgumentException">There is no such axis, or the value is not whole.</exception>
    public int Integer(string name) => this[name] is var value && value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue
        ? (int)value
        : throw new ArgumentException($"The parameter {name} must be a whole number here, was {value:R}.", nameof(name));

    /// <summary>Returns for example <c>fast=10, slow=30</c>.</summary>
    public override string ToString()
    {
        SweepPoint self = this;
        return string.Join(", ", Space.Axes.Select((axis, i) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{axis.Name}={self.ValueAt(i):R}")));
    }
}
