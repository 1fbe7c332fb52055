using EasyQuant.Data;

namespace EasyQuant.Core.Tests.Data.Import;

/// <summary>One vendor's writing of the canonical series.</summary>
/// <param name="Profile">Profile that must be guessed.</param>
/// <param name="Path">File to import.</param>
/// <param name="Files">All files.</param>
/// <param name="Options">Options that the file needs.</param>
/// <param name="HasAmount">Whether the form carries amounts.</param>
internal sealed record VendorFile(string Profile, string Path, MemoryFiles Files, ImportOptions Options, bool HasAmount = true)
{
    public override string ToString() => $"{Profile} {Path}";
}
