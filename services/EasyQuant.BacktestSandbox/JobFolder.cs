namespace EasyQuant.BacktestSandbox;

/// <summary>The files of one job.</summary>
/// <param name="Path">Absolute folder; the program only reads it.</param>
public sealed record JobFolder(string Path)
{
    /// <summary>The strategy's source, UTF-8.</summary>
    public string Source => At("strategy.cs");

    /// <summary>The compiled strategy.</summary>
    public string Assembly => At("strategy.dll");

    /// <summary>Its line numbers, a portable PDB.</summary>
    public string Symbols => At("strategy.pdb");

    /// <summary>What to compute: a <see cref="Computing.SandboxJob"/> as JSON.</summary>
    public string Job => At("job.json");

    /// <summary>The bars, a table file; not there when the job reads a panel.</summary>
    public string Bars => At("bars.table");

    /// <summary>Where the sandbox shows the directory of a panel, read-only.</summary>
    public const string Panel = "/panel";

    private string At(string name) => System.IO.Path.Join(Path, name);
}
