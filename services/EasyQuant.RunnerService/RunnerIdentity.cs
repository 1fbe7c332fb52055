using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService;

/// <summary>Who this process is: an id, new with every start unless one was given, and a name that people see.</summary>
internal sealed class RunnerIdentity
{
    /// <summary>Source of all spans of the Runner.</summary>
    public const string SourceName = "EasyQuant.Runner";

    public RunnerIdentity(IOptions<RunnerOptions> options)
    {
        WorkerId = options.Value.Id.Length > 0 ? options.Value.Id : Guid.CreateVersion7().ToString();
        Name = options.Value.Name.Length > 0 ? options.Value.Name : $"runner-{WorkerId[^8..]}";
    }

    /// <summary>Gets the id of this session.</summary>
    public string WorkerId { get; }

    /// <summary>Gets the name of the worker.</summary>
    public string Name { get; }

    /// <summary>Gets the version of the program.</summary>
    public string Version { get; } = typeof(RunnerIdentity).Assembly.GetName().Version?.ToString(3) ?? "0";
}
