using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Files;

/// <summary>
/// Takes files part by part. Parts grow <c>&lt;data root&gt;/uploads/&lt;project&gt;/&lt;upload id&gt;.part</c>; the last part renames it to its path, so
/// readers see whole files only. A repeated part changes nothing. A note beside it remembers a completed upload. Thread-safe.
/// </summary>
internal sealed class Uploads(ProjectFiles files, IOptions<BacktestServiceOptions> options, TimeProvider time)
{
    /// <summary>Largest part in bytes.</summary>
    public const int PartBytesMax = 3 * 1024 * 1024;

    private const int SweepFilesMax = 10_000;
    private readonly ConcurrentDictionary<string, byte> _busy = new(StringComparer.Ordinal);
    private readonly BacktestServiceOptions _options = options.Value;

    /// <summary>Stores one part.</summary>
    /// <returns>Bytes stored so far and whether the file is visible.</returns>
    /// <exception cref="RpcError">
    /// InvalidArgument FILE_OUTSIDE_ROOT, UPLOAD_ID_INVALID, UPLOAD_PART_TOO_LARGE, UPLOAD_CHECKSUM; FailedPrecondition UPLOAD_OFFSET, FILE_PATH_TAKEN; ResourceExhausted
    /// UPLOAD_TOO_LARGE; Aborted UPLOAD_BUSY.
    /// </exception>
    public async Task<(long ByteCount, bool IsComplete)> StoreAsync(string projectId, UploadPart part, CancellationToken cancellationToken)
    {
        string target = files.Resolve(projectId, part.Path);
        if (!Guid.TryParseExact(part.UploadId, "D", out Guid uploadId))
        {
            throw RpcError.Invalid("UPLOAD_ID_INVALID", "upload_id", $"upload_id must be a UUID, was \"{part.UploadId}\".");
        }

        if (part.Content.Length > PartBytesMax)
        {
            throw RpcError.Invalid(
                "UPLOAD_PART_TOO_LARGE", "content", $"A part has at most {PartBytesMax} bytes, this one has {part.Content.Length}.");
        }

        if (part.Offset < 0 || part.Offset + part.Content.Length > _options.UploadBytesMax)
        {
            throw new RpcError(StatusCode.ResourceExhausted, "UPLOAD_TOO_LARGE", $"A file has at most {_options.UploadBytesMax} bytes.");
        }

        string folder = Path.Combine(Path.GetFullPath(_options.DataRoot), "uploads", projectId);
        string name = Path.Combine(folder, uploadId.ToString("D"));
        if (!_busy.TryAdd(name, 0))
        {
            throw new RpcError(StatusCode.Aborted, "UPLOAD_BUSY", "Another part of this upload is being stored; send parts one after another.");
        }

        try
        {
            Directory.CreateDirectory(folder);
            if (part.Offset == 0)
            {
                Sweep(folder);
            }

            return await StoreAsync(name, target, part, cancellationToken);
        }
        finally
        {
            _busy.TryRemove(name, out _);
        }
    }

    private static async Task<(long ByteCount, bool IsComplete)> StoreAsync(
        string name, string target, UploadPart part, CancellationToken cancellationToken)
    {
        string note = name + ".done";
        long end = part.Offset + part.Content.Length;
        if (File.Exists(note))
        {
            string[] lines = await File.ReadAllLinesAsync(note, cancellationToken);
            long stored = long.Parse(lines[0], CultureInfo.InvariantCulture);
            return lines.Length == 2 && lines[1] == part.Path && end <= stored
                ? (stored, true)
                : throw OffsetIs(stored);
        }

        string partial = name + ".part";
        await using (var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            if (part.Offset > file.Length || (end < file.Length && part.IsLast) || (part.Offset < file.Length && end > file.Length))
            {
                throw OffsetIs(file.Length);
            }

            if (part.Offset == file.Length)
            {
                file.Seek(0, SeekOrigin.End);
                await file.WriteAsync(part.Content, cancellationToken);
            }

            if (!part.IsLast)
            {
                return (file.Length, false);
            }

            file.Flush(flushToDisk: true);
            await CheckHashAsync(file, part.Sha256, cancellationToken);
        }

        MakeFolder(target, part.Path);
        // The rename shows the file whole; the note is written after it. A crash between the two makes a repeated last part answer
        // UPLOAD_OFFSET with 0 bytes: the sender starts anew and replaces the file by itself.
        File.Move(partial, target, overwrite: true);
        await File.WriteAllLinesAsync(note, [end.ToString(CultureInfo.InvariantCulture), part.Path], cancellationToken);
        return (end, true);
    }

    private static void MakeFolder(string target, string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        }
        catch (IOException) when (!Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw PathTaken(path);
        }

        if (Directory.Exists(target))
        {
            throw PathTaken(path);
        }
    }

    private static RpcError PathTaken(string path) => new(
        StatusCode.FailedPrecondition, "FILE_PATH_TAKEN", $"\"{path}\" is a folder, or a part of its path is a file; choose another path.");

    private static async Task CheckHashAsync(FileStream file, string expected, CancellationToken cancellationToken)
    {
        if (expected.Length == 0)
        {
            return;
        }

        file.Seek(0, SeekOrigin.Begin);
        string actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        if (actual != expected)
        {
            // The bytes are wrong as a whole; the sender starts anew.
            file.SetLength(0);
            throw RpcError.Invalid("UPLOAD_CHECKSUM", "sha256", $"The stored bytes have sha256 {actual}, expected {expected}; send the file again from offset 0.");
        }
    }

    private void Sweep(string folder)
    {
        DateTime limit = (time.GetUtcNow() - _options.UploadAgeMax).UtcDateTime;
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles().Take(SweepFilesMax))
        {
            if (file.LastWriteTimeUtc < limit && !_busy.ContainsKey(Path.ChangeExtension(file.FullName, null)))
            {
                file.Delete();
            }
        }
    }

    private static RpcError OffsetIs(long stored) => new(
        StatusCode.FailedPrecondition,
        "UPLOAD_OFFSET",
        $"The upload stands at {stored} bytes; send the part that starts there.",
        new Dictionary<string, string> { ["byte_count"] = stored.ToString(CultureInfo.InvariantCulture) });
}
