using System.CommandLine;
using EasyQuant.Contracts.Run.V1;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Cli.Remote;

/// <summary>Options of commands that start work: which workers may take it. Without any of them, every worker may.</summary>
public sealed class PlacementOptions
{
    private const double FallbackMax = 600;

    private readonly Option<string?> _region = new("--region") { Description = "Region whose workers come first. / 优先的地区。" };
    private readonly Option<bool> _required = new("--require-region") { Description = "Workers of other regions never take it. / 只在该地区执行。" };
    private readonly Option<string[]> _labels = new("--label") { Description = "Label that a worker must carry, as k=v; repeatable. / 工作进程必须带有的标签 k=v。", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _worker = new("--worker") { Description = "Name of the worker that comes first. / 优先的工作进程。" };
    private readonly Option<double?> _fallback = new("--fallback") { Description = "Seconds to wait for that region and worker, 0 to 600; default 5. / 等待优先者的秒数。" };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Options.Add(_region);
        command.Options.Add(_required);
        command.Options.Add(_labels);
        command.Options.Add(_worker);
        command.Options.Add(_fallback);
    }

    /// <summary>Reads the options.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="placement">What they say; null when none was given.</param>
    /// <returns>What is wrong with them, for people; null when nothing is.</returns>
    public string? Read(ParseResult result, out RunPlacement? placement)
    {
        string[] labels = result.GetRequiredValue(_labels);
        double? fallback = result.GetValue(_fallback);
        placement = null;
        var read = new RunPlacement
        {
            Region = result.GetValue(_region) ?? string.Empty, RegionRequired = result.GetValue(_required), Worker = result.GetValue(_worker) ?? string.Empty,
        };
        if (read.RegionRequired && read.Region.Length == 0)
        {
            return "--require-region needs --region.";
        }

        foreach (string label in labels)
        {
            int equals = label.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return $"--label must be k=v, was '{label}'.";
            }

            if (!read.Labels.TryAdd(label[..equals], label[(equals + 1)..]))
            {
                return $"--label {label[..equals]} is given twice.";
            }
        }

        if (fallback is not (null or (>= 0 and <= FallbackMax)))
        {
            return FormattableString.Invariant($"--fallback must be 0 to {FallbackMax} seconds, was {fallback}.");
        }

        if (fallback is { } seconds)
        {
            read.FallbackAfter = Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
        }

        placement = read.Equals(new RunPlacement()) ? null : read;
        return null;
    }
}
