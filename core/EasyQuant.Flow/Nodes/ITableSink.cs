using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>Where tables go when the host has no database: files below the run's folder.</summary>
public interface ITableSink
{
    /// <summary>Writes the table as one file that replaces an earlier one of the same effect.</summary>
    /// <param name="name">Name of the table; becomes part of the file's name.</param>
    /// <param name="table">What to write.</param>
    /// <param name="effectKey">Same key, same file (see <see cref="NodeExecution.EffectKey"/>).</param>
    /// <param name="cancellationToken">Stops the writing; a part-written file does not stay.</param>
    /// <returns>Where the file lies, for people.</returns>
    ValueTask<string> WriteAsync(string name, Table table, string effectKey, CancellationToken cancellationToken);
}
