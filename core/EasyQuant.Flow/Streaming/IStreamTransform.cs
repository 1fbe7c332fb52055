using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>A node handler that makes one chunk of one chunk.</summary>
public interface IStreamTransform : INodeHandler
{
    /// <summary>Returns the rows that go on; the result depends on the chunk and the parameters alone. Thread-safe.</summary>
    /// <param name="table">Rows of one chunk.</param>
    /// <param name="execution">Surroundings.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="NodeException">The chunk does not fit.</exception>
    ValueTask<Table> StreamAsync(Table table, StreamExecution execution, CancellationToken cancellationToken);
}
