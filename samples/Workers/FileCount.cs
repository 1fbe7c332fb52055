namespace EasyQuant.Samples.Workers;

/// <summary>What became of the task of one file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Where">Name of the worker that loaded it, <c>here</c> for this process; empty when the worker has left the pool.</param>
/// <param name="RowCount">Bars in it.</param>
public sealed record FileCount(string Path, string Where, long RowCount);
