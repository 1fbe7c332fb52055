namespace EasyQuant.Data;

/// <summary>The file that is imported and its neighbours, which some forms need (qlib's fields and calendar).</summary>
public interface IImportFiles
{
    /// <summary>Opens a file for reading; seekable.</summary>
    /// <param name="path">With <c>/</c> between folders, below the same root as the file that is imported.</param>
    /// <returns>Null when there is no such file.</returns>
    Stream? OpenRead(string path);
}
