namespace EasyQuant.ServiceDefaults;

/// <summary>Files that only their owner may read, such as keys. Windows keeps no such modes; there the directory decides.</summary>
public static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a file with its directory unless it exists; when several processes do so at once, one content counts for all. Mode 0600, the directory 0700.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Makes the content; a line break is put behind it.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Ensure(string path, Func<string> content)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(content);
        if (File.Exists(path))
        {
            return;
        }

        MakeDirectory(Path.GetDirectoryName(path)!);
        string temporary = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(temporary, options))
        {
            using (var writer = new StreamWriter(stream, leaveOpen: true))
            {
                writer.WriteLine(content());
            }

            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary); // Another process was first; its content counts.
        }
    }

    /// <summary>Refuses a file that somebody beside its owner may use.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidOperationException">Its mode has rights for group or others; the message says which and what to do.</exception>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static void RequireOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        UnixFileMode mode = File.GetUnixFileMode(path);
        if ((mode & ~Owner) != 0)
        {
            throw new InvalidOperationException(
                $"{path} may be used by others than its owner (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}); expected 0600. Look who has read it, then: chmod 600 {path}");
        }
    }

    private static void MakeDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, Owner);
        }
    }
}
