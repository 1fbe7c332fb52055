namespace EasyQuant.BacktestService.Files;

/// <summary>One part of a file.</summary>
/// <param name="Path">Path of the file within the project.</param>
/// <param name="UploadId">UUID, the same for all parts.</param>
/// <param name="Offset">Where the part starts, in bytes.</param>
/// <param name="Content">The bytes.</param>
/// <param name="IsLast">Whether this is the last part.</param>
/// <param name="Sha256">Hash of the whole file, lower-case hexadecimal; empty when it is not checked.</param>
internal sealed record UploadPart(string Path, string UploadId, long Offset, ReadOnlyMemory<byte> Content, bool IsLast, string Sha256);
