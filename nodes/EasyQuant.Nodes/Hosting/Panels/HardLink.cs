using System.Runtime.InteropServices;

namespace EasyQuant.Nodes.Hosting;

/// <summary>A second name of a file, where the system has them.</summary>
internal static class HardLink
{
    /// <summary>Links the file under a new name; false where the system or the file system cannot.</summary>
    public static bool TryCreate(string existing, string link) =>
        (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) && Link(existing, link) == 0;

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string link);
}
