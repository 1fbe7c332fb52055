namespace EasyQuant.Data;

/// <summary>The files of one panel directory, opened by the edge. Safe for concurrent use; what it hands out stays valid until it is disposed.</summary>
public interface IPanelFiles
{
    /// <summary>Reads a small file whole: <c>manifest.json</c>, <c>calendar.bin</c>, <c>instruments.json</c>.</summary>
    /// <exception cref="PanelException"><c>PANEL_DAMAGED</c>: it is not there.</exception>
    ReadOnlyMemory<byte> ReadAll(string name);

    /// <summary>Shows the elements behind the header of a column file without copying them.</summary>
    /// <typeparam name="T">int for <see cref="PanelFields.Slot"/>, else long.</typeparam>
    /// <param name="field">Column.</param>
    /// <param name="manifest">Says how many rows are used; the header is checked against it.</param>
    /// <exception cref="PanelException"><c>PANEL_DAMAGED</c> or <c>PANEL_VERSION</c>.</exception>
    ReadOnlyMemory<T> Map<T>(string field, PanelManifest manifest)
        where T : unmanaged;
}
