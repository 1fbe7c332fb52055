using System.Globalization;
using System.Runtime.InteropServices;

namespace EasyQuant.LocalServers;

/// <summary>An account of this machine. Immutable.</summary>
/// <param name="Name">Login name.</param>
/// <param name="UserId">Numeric user id.</param>
/// <param name="GroupId">Numeric id of its first group.</param>
public sealed record UnixUser(string Name, int UserId, int GroupId)
{
    /// <summary>True when this process runs as root and so may start processes as somebody else.</summary>
    public static bool IsRoot { get; } = geteuid() == 0;

    /// <summary>
    /// Returns the account to start a process as: the first of <paramref name="names"/> that exists when this process is root,
    /// otherwise null, which means the account of this process.
    /// </summary>
    /// <param name="names">Login names, best first.</param>
    /// <returns>The account, or null to stay as we are.</returns>
    /// <exception cref="InvalidOperationException">This process is root and none of the accounts exists.</exception>
    public static UnixUser? ToRunAs(params ReadOnlySpan<string> names)
    {
        if (!IsRoot)
        {
            return null;
        }

        foreach (string name in names)
        {
            if (Find(name) is { } user)
            {
                return user;
            }
        }

        throw new InvalidOperationException($"Servers refuse to run as root, and none of these accounts exists: {string.Join(", ", names.ToArray())}.");
    }

    /// <summary>Makes this account the owner of a file or directory; does not follow symbolic links.</summary>
    /// <param name="path">An existing path.</param>
    /// <exception cref="IOException">The owner cannot be changed.</exception>
    public void Own(string path)
    {
        if (lchown(path, UserId, GroupId) != 0)
        {
            throw new IOException($"Cannot make {Name} the owner of '{path}': error {Marshal.GetLastPInvokeError()}.");
        }
    }

    private static UnixUser? Find(string name)
    {
        foreach (string line in File.ReadLines("/etc/passwd"))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 4 && fields[0] == name)
            {
                return new UnixUser(name, int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
            }
        }

        return null;
    }

    [DllImport("libc")]
    private static extern int geteuid();

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int owner, int group);
}
