namespace EasyQuant.Flow;

/// <summary>Names a stored table by its content.</summary>
/// <param name="Sha256">SHA-256 of the stored bytes: 64 lower-case hexadecimal digits.</param>
/// <param name="ByteCount">Length of the stored bytes.</param>
/// <param name="RowCount">Rows of the table.</param>
public sealed record ArtifactRef(string Sha256, long ByteCount, long RowCount);
