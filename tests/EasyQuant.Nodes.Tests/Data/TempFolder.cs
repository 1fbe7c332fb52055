namespace EasyQuant.Nodes.Tests.Data;

/// <summary>A folder that is deleted with its content.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("eq-data-").FullName;

    public void Write(string name, ReadOnlySpan<byte> content)
    {
        string full = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
