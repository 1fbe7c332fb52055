namespace EasyQuant.Flow;

/// <summary>The files a project may read: everything below its data root and nothing else. Safe for concurrent use.</summary>
public interface IDataFiles
{
    /// <summary>Opens a file for sequential reading; the caller disposes the stream.</summary>
    /// <param name="path">Relative to the data root, with <c>/</c> between folders.</param>
    /// <exception cref="NodeException"><c>FILE_OUTSIDE_ROOT</c>, <c>FILE_NOT_FOUND</c> or <c>FILE_NOT_REGULAR</c>.</exception>
    Stream OpenRead(string path);

    /// <summary>Returns the files that match, as paths relative to the data root, sorted ordinally; empty when none matches.</summary>
    /// <param name="glob">A path with <c>*</c> and <c>?</c> within a name and <c>**</c> for any folders.</param>
    /// <exception cref="NodeException"><c>FILE_OUTSIDE_ROOT</c>, or <c>LIMIT_EXCEEDED</c> beyond 100,000 files.</exception>
    IReadOnlyList<string> Find(string glob);
}
