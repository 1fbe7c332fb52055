using EasyQuant.Data;

namespace EasyQuant.BacktestService.Files;

/// <summary>One version of a bar panel of a project.</summary>
/// <param name="Dataset">Data set, as of <see cref="PanelBuilder.IsDataset"/>.</param>
/// <param name="Interval">Length of the bars.</param>
/// <param name="Version">1 to 99,999,999; 0 for the newest.</param>
internal sealed record PanelKey(string Dataset, PanelInterval Interval, long Version)
{
    /// <summary>Largest version.</summary>
    public const long VersionMax = 99_999_999;
}
