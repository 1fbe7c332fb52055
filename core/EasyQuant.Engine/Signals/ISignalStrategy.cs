namespace EasyQuant.Engine;

/// <summary>
/// A signal strategy: turns the columns of one instrument into entries, exits and sizes, instead of reacting to bars. Implement it as a
/// struct (a sweep calls it without indirection). At the close of a bar, when no order of the instrument rests: a flat position with an entry
/// is bought in the entry's size, a held position with an exit is sold as a whole, both as market orders. Instances are shared by threads
/// and must not change.
/// </summary>
public interface ISignalStrategy
{
    /// <summary>
    /// Writes the signals of one instrument. Element i of a mask may depend on elements 0 to i of the columns only: a look-ahead is not noticed
    /// here (the bias checks find it).
    /// </summary>
    /// <param name="columns">Bars and indicators of the instrument.</param>
    /// <param name="signals">Empty masks of the same length.</param>
    void Compute(SignalColumns columns, SignalOutput signals);
}
