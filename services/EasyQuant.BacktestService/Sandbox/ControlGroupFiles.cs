namespace EasyQuant.BacktestService.Sandbox;

/// <summary>Reads and writes files of control groups, which answer by errors of their own. Stateless.</summary>
internal static class ControlGroupFiles
{
    /// <summary>Returns a file's text; null when it cannot be read.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a value to a file that is there; false when the kernel refuses it.</summary>
    public static bool TryWrite(string path, string value)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(value));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Makes a group below one that is there; false when it cannot.</summary>
    public static bool TryMake(string folder)
    {
        try
        {
            return Directory.Exists(Path.GetDirectoryName(folder)) && Directory.CreateDirectory(folder).Exists;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Deletes a group; false while it has processes.</summary>
    public static bool TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
