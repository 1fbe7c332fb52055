using System.Collections.Concurrent;
using System.Globalization;
using EasyQuant.EndToEnd;

namespace EasyQuant.Faults.Harness;

/// <summary>Failpoints that are armed in services while they run, by a file for each. Not thread-safe but for <see cref="Hear"/>.</summary>
/// <param name="directory">Where the files are.</param>
/// <param name="story">For the text of a failure.</param>
internal sealed class FailpointFiles(string directory, Func<string> story)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);
    private readonly HashSet<ServiceProcess> _armed = [];
    // What each service has read last, by its name.
    private readonly ConcurrentDictionary<string, string> _read = new(StringComparer.Ordinal);
    // Points that have acted since services were armed.
    private readonly ConcurrentDictionary<string, bool> _hits = new(StringComparer.Ordinal);
    private int _armings;

    /// <summary>File of a service, for <c>EQ_FAIL=@...</c>.</summary>
    public string PathOf(string service) => Path.Combine(directory, "failpoints-" + service);

    /// <summary>Whether a failpoint has acted since <see cref="ArmAsync"/>.</summary>
    public bool WasHit(string point) => _hits.ContainsKey(point);

    /// <summary>Arms failpoints, counted from now on; a service that is started again has them again, unless they were forgotten.</summary>
    public async Task ArmAsync(IReadOnlyCollection<ServiceProcess> services, string specification)
    {
        _hits.Clear();
        _armed.UnionWith(services);
        await WriteAsync(services, specification);
    }

    /// <summary>Takes all failpoints back.</summary>
    public async Task DisarmAsync()
    {
        ServiceProcess[] armed = [.. _armed];
        await WriteAsync(armed, "");
        _armed.ExceptWith(armed);
    }

    /// <summary>Lets a dead service start without failpoints.</summary>
    public void Forget(ServiceProcess service)
    {
        File.Delete(PathOf(service.Name));
        _armed.Remove(service);
    }

    /// <summary>Takes note of a line that a service wrote.</summary>
    public void Hear(string line)
    {
        if (line.Split(": Failpoints read: ", 2) is [string service, string text])
        {
            _read[service] = text;
        }
        else if (line.Split(": Failpoint ", 2) is [_, string hit])
        {
            _hits[hit.Split(':')[0]] = true;
        }
    }

    private async Task WriteAsync(IReadOnlyCollection<ServiceProcess> services, string specification)
    {
        // The number tells one time from the next, though both may say the same.
        string text = string.Create(CultureInfo.InvariantCulture, $"#{++_armings},{specification}");
        foreach (ServiceProcess service in services)
        {
            await File.WriteAllTextAsync(PathOf(service.Name) + ".new", text);
            File.Move(PathOf(service.Name) + ".new", PathOf(service.Name), overwrite: true);
        }

        using var deadline = new CancellationTokenSource(s_deadline);
        await Poll.UntilAsync(
            "services that have read their failpoints",
            () =>
            {
                string[] late = [.. services.Where(service => service.IsRunning && _read.GetValueOrDefault(service.Name) != text).Select(service => service.Name)];
                return Task.FromResult((late.Length == 0, $"not read by {string.Join(", ", late)}\n{story()}"));
            },
            deadline.Token);
    }
}
