using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Files of a project as importers see them.</summary>
internal sealed class ImportNeighbours(IDataFiles files) : IImportFiles
{
    public Stream? OpenRead(string path)
    {
        try
        {
            return files.OpenRead(path);
        }
        catch (NodeException e) when (e.Reason == "FILE_NOT_FOUND")
        {
            return null;
        }
    }
}
