namespace EasyQuant.Samples.Market;

/// <summary>One generated file.</summary>
/// <param name="Path">Path below the output directory, with / between folders.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="RowCount">Data rows in it, planted faults included.</param>
public sealed record SampleFile(string Path, byte[] Content, int RowCount);
