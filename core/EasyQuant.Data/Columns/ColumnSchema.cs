namespace EasyQuant.Data;

/// <summary>Name and type of one column.</summary>
public sealed record ColumnSchema
{
    /// <summary>Largest scale of a decimal column.</summary>
    public const int ScaleMax = 18;

    /// <summary>Creates a schema.</summary>
    /// <param name="name">Not empty; unique within a table; compared by ordinal.</param>
    /// <param name="type">Type of the values.</param>
    /// <param name="scale">Decimal digits after the point, 0 to 18, for <see cref="ColumnType.Decimal"/>; 0 for every other type.</param>
    /// <exception cref="ArgumentException">The name is empty, the type is unknown or the scale does not fit the type.</exception>
    public ColumnSchema(string name, ColumnType type, int scale = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!Enum.IsDefined(type))
        {
            throw new ArgumentException($"Column `{name}`: unknown column type {(int)type}.", nameof(type));
        }

        if (scale is < 0 or > ScaleMax || (scale != 0 && type != ColumnType.Decimal))
        {
            throw new ArgumentException(
                $"Column `{name}`: scale must be 0 to {ScaleMax} for Decimal and 0 for other types, was {scale} for {type}.", nameof(scale));
        }

        Name = name;
        Type = type;
        Scale = scale;
    }

    /// <summary>Column name.</summary>
    public string Name { get; init; }

    /// <summary>Type of the values.</summary>
    public ColumnType Type { get; init; }

    /// <summary>Decimal digits after the point; 0 unless the type is <see cref="ColumnType.Decimal"/>.</summary>
    public int Scale { get; init; }

    /// <summary>Returns for example <c>close decimal(4)</c>.</summary>
    public override string ToString() =>
        Type == ColumnType.Decimal ? $"{Name} decimal({Scale})" : $"{Name} {Type.ToString().ToLowerInvariant()}";
}
