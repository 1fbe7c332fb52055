using System.Text.RegularExpressions;
using EasyQuant.MonitorService.Pool;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Worker.V1;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>Reads what workers send; every finding is reported at once.</summary>
internal static partial class WorkerReader
{
    private const int TextMax = 200;
    private const int LabelsMax = 50;
    private const int NodeTypesMax = 500;

    /// <summary>Reads a registration.</summary>
    /// <exception cref="RpcError">InvalidArgument REGISTRATION_INVALID with all findings.</exception>
    public static WorkerRegistration Read(Wire.WorkerRegistration wire)
    {
        var violations = new List<FieldViolation>();
        void Check(bool holds, string field, string message)
        {
            if (!holds)
            {
                violations.Add(new FieldViolation($"registration.{field}", message));
            }
        }

        Check(NamePattern().IsMatch(wire.Name), "name", $"The name must match [a-z0-9][a-z0-9._-]{{0,62}}, was '{wire.Name}'.");
        Check(Guid.TryParse(wire.WorkerId, out _), "worker_id", $"The worker id must be a UUID, was '{wire.WorkerId}'.");
        Check(wire.Capacity is >= 1 and <= 1_000, "capacity", $"The capacity must be from 1 to 1000, was {wire.Capacity}.");
        Check(wire.Labels.Count <= LabelsMax, "labels", $"There may be {LabelsMax} labels, there were {wire.Labels.Count}.");
        Check(
            wire.Labels.All(label => label.Key.Length is > 0 and <= 100 && label.Value.Length <= TextMax), "labels",
            $"A label key may have 1 to 100 characters and a value {TextMax}.");
        Check(wire.NodeTypes.Count <= NodeTypesMax, "node_types", $"There may be {NodeTypesMax} node types, there were {wire.NodeTypes.Count}.");
        Check(wire.NodeTypes.All(type => type.Length is > 0 and <= 100), "node_types", "A node type may have 1 to 100 characters.");
        Check(
            wire.Host.Length <= TextMax && wire.Version.Length <= TextMax && wire.Region.Length <= TextMax, "host",
            $"Host, version and region may have {TextMax} characters each.");
        if (violations.Count > 0)
        {
            throw new RpcError(StatusCode.InvalidArgument, "REGISTRATION_INVALID", violations[0].Description, violations: violations);
        }

        return new WorkerRegistration
        {
            WorkerId = wire.WorkerId,
            Name = wire.Name,
            Host = wire.Host,
            ProcessId = wire.ProcessId,
            Version = wire.Version,
            Region = wire.Region,
            Labels = new SortedDictionary<string, string>(wire.Labels, StringComparer.Ordinal),
            Capacity = wire.Capacity,
            NodeTypes = [.. wire.NodeTypes.Distinct().Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Reads an instant of a request; null when it is absent.</summary>
    /// <exception cref="RpcError">InvalidArgument TIMESTAMP_INVALID.</exception>
    public static DateTimeOffset? ReadInstant(Timestamp? timestamp, string field) => timestamp switch
    {
        null => null,
        { Seconds: > -62_135_596_800 and < 253_402_300_800, Nanos: >= 0 and < 1_000_000_000 } =>
            DateTimeOffset.FromUnixTimeSeconds(timestamp.Seconds).AddTicks(timestamp.Nanos / 1000 * 10),
        _ => throw RpcError.Invalid("TIMESTAMP_INVALID", field, $"The time is out of range: {timestamp.Seconds} s and {timestamp.Nanos} ns."),
    };

    /// <summary>Reads a load; a value that is out of range is brought into it, because a bad gauge must not end a worker.</summary>
    public static WorkerLoad Read(Wire.WorkerLoad wire) => new(
        double.IsFinite(wire.CpuRatio) ? Math.Clamp(wire.CpuRatio, 0, 1) : 0,
        Math.Max(0, wire.MemoryBytes),
        Math.Max(0, wire.RunningCount),
        Math.Max(0, wire.SucceededCount),
        Math.Max(0, wire.FailedCount),
        wire.Refusal.Length <= TextMax ? wire.Refusal : wire.Refusal[..TextMax],
        Math.Max(0, wire.AbandonedCount));

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
