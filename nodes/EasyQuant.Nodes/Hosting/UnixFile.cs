using System.Runtime.InteropServices;
using System.Text;
using EasyQuant.Flow;
using Microsoft.Win32.SafeHandles;

namespace EasyQuant.Nodes.Hosting;

/// <summary>Opens files for reading without ever waiting for the other end of a pipe, which .NET's own open would do.</summary>
internal static class UnixFile
{
    // Linux values, the same on x64 and arm64.
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int AccessDenied = 13;

    /// <summary>Opens a regular file.</summary>
    /// <exception cref="NodeException"><c>FILE_NOT_REGULAR</c>, <c>FILE_NOT_READABLE</c>, <c>FILE_NOT_FOUND</c>.</exception>
    public static FileStream OpenRead(string full, string shown, int bufferSize)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize, FileOptions.SequentialScan);
        }

        int descriptor = Open(Encoding.UTF8.GetBytes(full + '\0'), NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            throw Marshal.GetLastPInvokeError() == AccessDenied
                ? new NodeException("FILE_NOT_READABLE", $"'{shown}' may not be read by this process.")
                : new NodeException("FILE_NOT_FOUND", $"There is no file '{shown}' that can be opened (error {Marshal.GetLastPInvokeError()}).");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            var stream = new FileStream(handle, FileAccess.Read, bufferSize, isAsync: false);
            if (stream.CanSeek)
            {
                return stream;
            }

            stream.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            handle.Dispose();
        }

        throw new NodeException("FILE_NOT_REGULAR", $"'{shown}' is not a regular file.");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);
}
