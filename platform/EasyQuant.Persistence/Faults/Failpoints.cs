using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace EasyQuant.Persistence.Faults;

/// <summary>
/// Named places at both sides of durable actions where a fault can be injected. Armed by the environment variable
/// <c>EQ_FAIL=point:action:nth[,...]</c>: at the nth hit (counted from 1, <c>*</c> for every hit, <c>5%</c> for that share of them, spread evenly) the action
/// is taken. A point that begins with <c>*</c> stands for all points with that ending that are not named themselves. Actions:
/// <c>exit137</c> (the process is killed as by SIGKILL), <c>throw</c> (<see cref="FailpointException"/>), <c>sleep</c> (5 s), <c>hang</c> (for ever), <c>spin</c> (a loop without end);
/// each is told on standard error
/// before it is taken. <c>EQ_FAIL=@file</c> reads the same from a file, again whenever it changes (looked at every 50 ms; an entry that begins with <c>#</c> means
/// nothing), and tells on standard error what it has read. Without the variable a hit costs one comparison. Thread-safe.
/// </summary>
public static class Failpoints
{
    /// <summary>Name of the environment variable.</summary>
    public const string Variable = "EQ_FAIL";

    private static readonly TimeSpan s_fileInterval = TimeSpan.FromMilliseconds(50);
    private static ConcurrentDictionary<string, Armed>? s_armed = Environment.GetEnvironmentVariable(Variable) is ['@', .. string path] ? Follow(path) : Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Reads what is armed now and not at the first hit: a process that has nothing to do yet follows its file, too.</summary>
    public static void Begin() => GC.KeepAlive(s_armed);

    /// <summary>Takes the action that is armed for the point, if any.</summary>
    /// <param name="point">Name of the point.</param>
    public static void Hit(string point) => Hit(point, "");

    /// <summary>Takes the action that is armed for the point <paramref name="prefix"/> + <paramref name="suffix"/>, if any.</summary>
    /// <param name="prefix">First part of the name.</param>
    /// <param name="suffix">Second part; joined only when a failpoint is armed.</param>
    public static void Hit(string prefix, string suffix)
    {
        if (s_armed is { } armed && Find(armed, prefix + suffix) is { } entry && entry.IsDue())
        {
            Act(prefix + suffix, entry.Action);
        }
    }

    /// <summary>Takes the action that is armed for the point of one chunk, <c>{prefix}{shard}-{sequence}</c>, if any.</summary>
    /// <param name="prefix">First part of the name.</param>
    /// <param name="shard">Shard of the chunk; joined only when a failpoint is armed.</param>
    /// <param name="sequence">Sequence of the chunk.</param>
    public static void Hit(string prefix, int shard, long sequence)
    {
        if (s_armed is not null)
        {
            Hit(prefix, string.Create(CultureInfo.InvariantCulture, $"{shard}-{sequence}"));
        }
    }

    private static Armed? Find(ConcurrentDictionary<string, Armed> armed, string point)
    {
        if (armed.TryGetValue(point, out Armed? entry))
        {
            return entry;
        }

        foreach ((string name, Armed any) in armed)
        {
            if (name.StartsWith('*') && point.EndsWith(name[1..], StringComparison.Ordinal))
            {
                return any;
            }
        }

        return null;
    }

    /// <summary>Arms failpoints of this process in place of those of the environment, for tests.</summary>
    /// <param name="specification">As in the environment variable; empty disarms all.</param>
    /// <returns>Restores what was armed before when disposed.</returns>
    /// <exception cref="FormatException">The specification is malformed.</exception>
    public static IDisposable Arm(string specification)
    {
        ConcurrentDictionary<string, Armed>? before = s_armed;
        s_armed = Parse(specification);
        return new Restore(before);
    }

    // The first reading is done when this returns: what happens at the start of a process can be armed.
    private static ConcurrentDictionary<string, Armed>? Follow(string path)
    {
        string last = Read(path);
        ConcurrentDictionary<string, Armed>? first = Parse(last);
        Console.Error.WriteLine($"Failpoints read: {last}");
        var thread = new Thread(() =>
        {
            while (true)
            {
                Thread.Sleep(s_fileInterval);
                string now = Read(path);
                if (now != last)
                {
                    last = now;
                    s_armed = Parse(now);
                    Console.Error.WriteLine($"Failpoints read: {now}");
                }
            }
        })
        {
            IsBackground = true, Name = "failpoints",
        };
        thread.Start();
        return first;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            // Not there yet, or just being replaced.
            return "";
        }
    }

    private static void Act(string point, string action)
    {
        Console.Error.WriteLine($"Failpoint {point}: {action}");
        switch (action)
        {
            case "exit137":
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
                break;
            case "sleep":
                Thread.Sleep(TimeSpan.FromSeconds(5));
                break;
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "spin":
                while (true)
                {
                }
            default:
                throw new FailpointException(point);
        }
    }

    private static ConcurrentDictionary<string, Armed>? Parse(string? specification)
    {
        if (string.IsNullOrWhiteSpace(specification))
        {
            return null;
        }

        var armed = new ConcurrentDictionary<string, Armed>(StringComparer.Ordinal);
        foreach (string entry in specification.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (entry.StartsWith('#'))
            {
                continue;
            }

            string[] parts = entry.Split(':');
            if (parts.Length != 3 || parts[1] is not ("exit137" or "throw" or "sleep" or "hang" or "spin"))
            {
                throw new FormatException($"{Variable} must be point:action:nth with action exit137, throw, sleep, hang or spin, was '{entry}'.");
            }

            bool isShare = parts[2].EndsWith('%');
            int nth = parts[2] == "*" ? 0 : int.Parse(isShare ? parts[2].AsSpan(0, parts[2].Length - 1) : parts[2], NumberStyles.None, CultureInfo.InvariantCulture);
            armed[parts[0]] = new Armed(parts[1], nth, isShare);
        }

        return armed.IsEmpty ? null : armed;
    }

    private sealed class Armed(string action, int nth, bool isShare)
    {
        private int _hits;

        public string Action { get; } = action;

        public bool IsDue()
        {
            if (nth == 0)
            {
                return !isShare;
            }

            long hit = Interlocked.Increment(ref _hits);
            return isShare ? hit * nth / 100 > (hit - 1) * nth / 100 : hit == nth;
        }
    }

    private sealed class Restore(ConcurrentDictionary<string, Armed>? before) : IDisposable
    {
        public void Dispose() => s_armed = before;
    }
}
