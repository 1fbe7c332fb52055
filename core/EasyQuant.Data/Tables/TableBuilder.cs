namespace EasyQuant.Data;

/// <summary>Builds a table row by row or column by column; all columns must have one length in the end. Not thread-safe.</summary>
public sealed class TableBuilder
{
    private readonly ColumnBuilder[] _builders;
    private bool _isBuilt;

    /// <summary>Creates a builder.</summary>
    /// <param name="schema">Columns with unique names.</param>
    /// <exception cref="ArgumentException">Two columns share a name.</exception>
    public TableBuilder(IReadOnlyList<ColumnSchema> schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _builders = [.. schema.Select(ColumnBuilders.Create)];
        string? duplicate = schema.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (duplicate is not null)
        {
            throw new ArgumentException($"Two columns are named `{duplicate}`.", nameof(schema));
        }
    }

    /// <summary>Number of columns.</summary>
    public int ColumnCount => _builders.Length;

    /// <summary>The builder of a column by position.</summary>
    public ColumnBuilder this[int index] => _builders[index];

    /// <summary>The builder of a column by name.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public ColumnBuilder this[string name] =>
        Array.Find(_builders, b => string.Equals(b.Schema.Name, name, StringComparison.Ordinal))
        ?? throw new ArgumentException($"No column `{name}`; the builder has: {string.Join(", ", _builders.Select(b => b.Schema.Name))}.", nameof(name));

    /// <summary>Appends one row of boxed values; see <see cref="ColumnBuilder.AppendValue"/>.</summary>
    /// <exception cref="ArgumentException">The number of values differs from the number of columns.</exception>
    public void AppendRow(params ReadOnlySpan<object?> values)
    {
        if (values.Length != _builders.Length)
        {
            throw new ArgumentException($"A row has {_builders.Length} values, got {values.Length}.", nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            _builders[i].AppendValue(values[i]);
        }
    }

    /// <summary>Makes the table without copying what was appended; the builder cannot be used again.</summary>
    /// <exception cref="InvalidOperationException">Already built.</exception>
    /// <exception cref="ArgumentException">The columns have different lengths.</exception>
    public Table Build()
    {
        if (_isBuilt)
        {
            throw new InvalidOperationException("The table is already built; use a new builder.");
        }

        _isBuilt = true;
        return new Table(Array.ConvertAll(_builders, b => b.Build()));
    }
}
