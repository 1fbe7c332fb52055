namespace EasyQuant.Flow;

/// <summary>
/// The acting part of a node. One instance serves one node of one prepared graph: its parameters are bound when it is made, it may run
/// many times, never twice at the same time. It keeps no state that changes the result of a later run.
/// </summary>
public interface INodeHandler
{
    /// <summary>Reads the inputs, does the work, sets every output (or skips it).</summary>
    /// <param name="execution">Inputs, outputs and surroundings of this execution; valid only until the returned task completes.</param>
    /// <param name="cancellationToken">Cancelled when the run is cancelled, the step's timeout passed or the Runner lost its lease.</param>
    /// <exception cref="NodeException">The step fails with a reason that a caller can act on.</exception>
    ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken);
}
