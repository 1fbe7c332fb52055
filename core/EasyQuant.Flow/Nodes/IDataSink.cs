namespace EasyQuant.Flow;

/// <summary>Places files below the data root of a project. Safe for concurrent use.</summary>
public interface IDataSink
{
    /// <summary>Writes a file whole: beside its place first, then renamed over what is there, so readers see the old or the new content. Repeating it is harmless.</summary>
    /// <param name="path">Relative to the data root, with <c>/</c>; folders are made; the extension is <c>.csv</c>, <c>.arrow</c>, <c>.arrows</c>, <c>.feather</c> or <c>.parquet</c>, no name starts with a dot.</param>
    /// <param name="write">Writes the content; seeking is allowed.</param>
    /// <param name="cancellationToken">Stops before the rename; what was written so far does not stay.</param>
    /// <exception cref="NodeException"><c>FILE_OUTSIDE_ROOT</c>, <c>FILE_NOT_REGULAR</c> or <c>FILE_NAME_INVALID</c>.</exception>
    void Replace(string path, Action<Stream> write, CancellationToken cancellationToken);
}
