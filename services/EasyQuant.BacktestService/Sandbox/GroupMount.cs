namespace EasyQuant.BacktestService.Sandbox;

/// <summary>A mounted hierarchy of control groups.</summary>
/// <param name="IsUnified">True for version 2.</param>
/// <param name="Root">Group that lies at the mount.</param>
/// <param name="Point">Folder of the mount.</param>
/// <param name="Options">Options of the hierarchy, with version 1 its controllers among them.</param>
internal sealed record GroupMount(bool IsUnified, string Root, string Point, IReadOnlyList<string> Options)
{
    /// <summary>Reads a line of /proc/self/mountinfo (proc_pid_mountinfo(5)); null when it is no such mount.</summary>
    public static GroupMount? Parse(string line)
    {
        string[] words = line.Split(' ');
        int separator = Array.IndexOf(words, "-");
        return separator >= 6 && words.Length > separator + 3 && words[separator + 1] is "cgroup" or "cgroup2"
            ? new GroupMount(words[separator + 1] == "cgroup2", Plain(words[3]), Plain(words[4]), words[separator + 3].Split(','))
            : null;
    }

    private static string Plain(string text) => text.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}
