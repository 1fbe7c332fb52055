using System.Runtime.InteropServices;

namespace EasyQuant.Nodes.Data.Files;

/// <summary>Tells regular files from pipes, sockets and devices, which .NET shows alike, without opening them.</summary>
internal static class FileKind
{
    private const int CurrentFolder = -100;
    private const uint TypeMask = 1;
    private const int ModeOffset = 28;
    private const int FormatMask = 0xF000;
    private const int RegularFormat = 0x8000;

    /// <summary>Whether the path, links followed, is a regular file. True where the system cannot be asked.</summary>
    public static bool IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        // struct statx has one layout on every architecture: 256 bytes, u16 stx_mode at 28.
        var buffer = new byte[256];
        return StatX(CurrentFolder, path, 0, TypeMask, buffer) == 0
            && (BitConverter.ToUInt16(buffer, ModeOffset) & FormatMask) == RegularFormat;
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] buffer);
}
