namespace EasyQuant.LocalServers;

/// <summary>Makes directories that only their owner may enter.</summary>
public static class PrivateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a directory with mode 0700, or sets that mode on an existing one.</summary>
    /// <param name="path">The directory; missing parents are made with mode 0755.</param>
    /// <param name="owner">Who owns it; null for the account of this process.</param>
    /// <returns>The path.</returns>
    public static string Create(string path, UnixUser? owner)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, OwnerOnly);
        owner?.Own(path);
        return path;
    }

    /// <summary>Writes a file with mode 0600.</summary>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="text">UTF-8 content.</param>
    /// <param name="owner">Who owns it; null for the account of this process.</param>
    public static void WriteFile(string path, string text, UnixUser? owner)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        string draft = path + ".new";
        File.Delete(draft);
        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(text);
        }

        owner?.Own(draft);
        File.Move(draft, path, overwrite: true);
    }
}
