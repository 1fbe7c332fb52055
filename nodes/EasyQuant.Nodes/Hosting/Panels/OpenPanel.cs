using EasyQuant.Data;
using EasyQuant.MappedFiles;

namespace EasyQuant.Nodes.Hosting;

/// <summary>A panel that is open; disposing it unmaps its columns.</summary>
public sealed class OpenPanel : IDisposable
{
    private readonly MappedPanelFiles _files;

    internal OpenPanel(BarPanel panel, MappedPanelFiles files)
    {
        Panel = panel;
        _files = files;
    }

    /// <summary>The panel; not to be used after <see cref="Dispose"/>.</summary>
    public BarPanel Panel { get; }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();
}
