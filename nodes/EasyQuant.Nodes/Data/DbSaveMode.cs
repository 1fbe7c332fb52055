namespace EasyQuant.Nodes.Data;

/// <summary>What saving does with rows whose key exists.</summary>
public enum DbSaveMode
{
    /// <summary>All rows are added; a key is not looked at.</summary>
    Append = 0,

    /// <summary>Rows with a new key are added, the others left out. Of rows of one key in the input the first counts.</summary>
    InsertNew = 1,

    /// <summary>
    /// Rows with a new key are added, the others replace the stored row when they differ; in a process group, when the stored row is not newer. Of rows of one key in
    /// the input the last counts.
    /// </summary>
    Upsert = 2,
}
