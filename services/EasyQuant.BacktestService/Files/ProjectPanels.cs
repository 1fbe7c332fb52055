using System.Globalization;
using EasyQuant.Data;
using EasyQuant.MappedFiles;
using EasyQuant.ServiceDefaults.Errors;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Files;

/// <summary>
/// Bar panels of projects: <c>panel/&lt;dataset&gt;/&lt;interval&gt;/&lt;version&gt;</c> below the project's files, as PanelSave writes them. A version is renamed in as a
/// whole, so a directory under its final name is complete. Nothing outside the project's folder is reached. Thread-safe.
/// </summary>
internal sealed class ProjectPanels(ProjectFiles files)
{
    private const int VersionsMax = 1_000_000;

    /// <summary>Returns the key with its version filled in.</summary>
    /// <exception cref="RpcError">NotFound PANEL_NOT_FOUND.</exception>
    public PanelKey Resolve(string projectId, PanelKey key)
    {
        if (key.Version > 0)
        {
            return Directory.Exists(FolderOf(projectId, key)) ? key : throw NotFound(key);
        }

        string folder = files.Resolve(projectId, $"panel/{key.Dataset}/{key.Interval}");
        long newest = Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Take(VersionsMax).Select(path => Number(Path.GetFileName(path))).DefaultIfEmpty(0).Max()
            : 0;
        return newest > 0 ? key with { Version = newest } : throw NotFound(key);
    }

    /// <summary>Opens a panel; its columns are mapped, not read.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="key">The panel, with its version.</param>
    /// <exception cref="RpcError">NotFound PANEL_NOT_FOUND; FailedPrecondition PANEL_DAMAGED or PANEL_VERSION.</exception>
    public OpenedPanel Open(string projectId, PanelKey key)
    {
        string folder = FolderOf(projectId, key);
        if (!Directory.Exists(folder))
        {
            throw NotFound(key);
        }

        var mapped = new MappedPanelFiles(folder);
        try
        {
            return new OpenedPanel(folder, mapped, BarPanel.Open(mapped));
        }
        catch (PanelException e)
        {
            mapped.Dispose();
            throw Refuse(e);
        }
    }

    /// <summary>Says in the words of the API what is wrong with a panel.</summary>
    public static RpcError Refuse(PanelException exception) => new(StatusCode.FailedPrecondition, exception.Reason, exception.Message);

    private string FolderOf(string projectId, PanelKey key) =>
        files.Resolve(projectId, $"panel/{key.Dataset}/{key.Interval}/{key.Version.ToString("D8", CultureInfo.InvariantCulture)}");

    private static long Number(string name) =>
        name.Length == 8 && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : 0;

    private static RpcError NotFound(PanelKey key) => RpcError.NotFound(
        "PANEL_NOT_FOUND",
        $"There is no panel {key.Dataset}/{key.Interval}{(key.Version == 0 ? "" : $" of version {key.Version}")} in this project; a PanelSave node of a workflow makes it.");
}
