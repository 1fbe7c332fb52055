using EasyQuant.Data;
using EasyQuant.MappedFiles;

namespace EasyQuant.BacktestService.Files;

/// <summary>A panel that is open; disposing it unmaps its columns.</summary>
/// <param name="Folder">Absolute path of its directory.</param>
/// <param name="Files">Its files.</param>
/// <param name="Panel">The panel; not to be used after the disposal.</param>
internal sealed record OpenedPanel(string Folder, MappedPanelFiles Files, BarPanel Panel) : IDisposable
{
    public void Dispose() => Files.Dispose();
}
