namespace EasyQuant.BacktestService.Sandbox;

/// <summary>
/// Finds where this process may make control groups: version 2 when it offers memory below the process's own group or an ancestor that it may write, else version 1 by
/// controller, else nowhere. Stateless.
/// </summary>
internal static class ControlGroupSearch
{
    private const int DepthMax = 64;
    private static readonly string[] s_controllers = ["memory", "pids", "cpu"];

    /// <summary>Searches.</summary>
    /// <param name="mountInfo">Text of /proc/self/mountinfo.</param>
    /// <param name="ownGroups">Text of /proc/self/cgroup.</param>
    /// <param name="canHold">Says whether a group below a folder can be made, joined and deleted.</param>
    /// <returns>The place; null when there is none.</returns>
    public static ControlGroupPlace? Find(string mountInfo, string ownGroups, Func<string, bool> canHold)
    {
        List<GroupMount> mounts = [.. mountInfo.Split('\n').Select(GroupMount.Parse).OfType<GroupMount>()];
        foreach (GroupMount unified in mounts.Where(mount => mount.IsUnified))
        {
            foreach (string folder in Candidates(unified, PathOf(ownGroups, "")))
            {
                if (Offered(folder, unified) is { } offered && offered.Contains("memory") && canHold(folder))
                {
                    return new ControlGroupPlace(true, folder, offered.Contains("pids") ? folder : null, offered.Contains("cpu") ? folder : null);
                }
            }
        }

        string?[] found = [.. s_controllers.Select(controller => mounts
            .Where(mount => !mount.IsUnified && mount.Options.Contains(controller))
            .SelectMany(mount => Candidates(mount, PathOf(ownGroups, controller)))
            .FirstOrDefault(canHold))];
        return found.Any(folder => folder is not null) ? new ControlGroupPlace(false, found[0], found[1], found[2]) : null;
    }

    /// <summary>Folders from the process's own group up to the mount.</summary>
    private static IEnumerable<string> Candidates(GroupMount mount, string? own)
    {
        string relative = own is null || own.Contains("..", StringComparison.Ordinal) || !own.StartsWith(mount.Root.TrimEnd('/'), StringComparison.Ordinal)
            ? ""
            : own[mount.Root.TrimEnd('/').Length..].Trim('/');
        for (int depth = 0; depth < DepthMax; depth++)
        {
            yield return relative.Length == 0 ? mount.Point : $"{mount.Point}/{relative}";
            if (relative.Length == 0)
            {
                yield break;
            }

            relative = relative[..Math.Max(0, relative.LastIndexOf('/'))];
        }
    }

    // A group of version 2 gives its children what its subtree_control names. Only the topmost one is asked for more: the others are somebody's to arrange, and those
    // that hold processes, as the service's own does, cannot give any.
    private static HashSet<string>? Offered(string folder, GroupMount mount)
    {
        string enabledFile = Path.Join(folder, "cgroup.subtree_control");
        HashSet<string>? enabled = Words(enabledFile);
        if (folder != mount.Point || mount.Root != "/" || Words(Path.Join(folder, "cgroup.controllers")) is not { } available)
        {
            return enabled;
        }

        foreach (string one in s_controllers.Where(one => available.Contains(one) && enabled?.Contains(one) == false))
        {
            ControlGroupFiles.TryWrite(enabledFile, "+" + one);
        }

        return Words(enabledFile);
    }

    private static HashSet<string>? Words(string path) =>
        ControlGroupFiles.TryRead(path)?.Split(' ', '\n').Where(word => word.Length > 0).ToHashSet(StringComparer.Ordinal);

    private static string? PathOf(string ownGroups, string controller)
    {
        foreach (string line in ownGroups.Split('\n'))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[1].Split(',').Contains(controller))
            {
                return parts[2];
            }
        }

        return null;
    }
}
