using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Runs;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Checks where and how long a run may execute. Each refusal names the field.</summary>
internal static class RunPlacements
{
    private const int LabelCountMax = 10;
    private const int TextLengthMax = 200;
    private static readonly TimeSpan s_fallbackUsual = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_fallbackMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_timeoutMax = TimeSpan.FromDays(7);

    /// <summary>Reads which workers may take a run.</summary>
    /// <exception cref="RpcError">InvalidArgument PLACEMENT_INVALID, DURATION_INVALID.</exception>
    public static RunTarget Read(RunPlacement? placement, string field)
    {
        if (placement is null)
        {
            return RunTarget.Any;
        }

        Check(placement.Region.Length <= TextLengthMax, $"{field}/region", $"`region` may have {TextLengthMax} characters, had {placement.Region.Length}.");
        Check(!placement.RegionRequired || placement.Region.Length > 0, $"{field}/region", "`region` must be given when `region_required` is true, was empty.");
        if (placement.Worker.Length > 0)
        {
            Requests.Name(placement.Worker, $"{field}/worker");
        }

        Check(placement.Labels.Count <= LabelCountMax, $"{field}/labels", $"`labels` may have {LabelCountMax} entries, had {placement.Labels.Count}.");
        Check(
            placement.Labels.All(label => label.Key.Length is > 0 and <= 100 && label.Value.Length <= TextLengthMax && !(label.Key + label.Value).Any(char.IsControl)),
            $"{field}/labels",
            $"A label key may have 1 to 100 characters and a value {TextLengthMax}, none of them a control character.");
        TimeSpan after = placement.FallbackAfter is null
            ? s_fallbackUsual
            : Span(placement.FallbackAfter, TimeSpan.Zero, s_fallbackMax, $"{field}/fallback_after");
        return RunTarget.Create(placement.Worker, placement.Region, placement.RegionRequired, placement.Labels, after);
    }

    /// <summary>Reads the longest time of one lease; null for no limit.</summary>
    /// <exception cref="RpcError">InvalidArgument DURATION_INVALID.</exception>
    public static TimeSpan? Timeout(Duration? timeout, string field) =>
        timeout is null ? null : Span(timeout, TimeSpan.FromMilliseconds(1), s_timeoutMax, field);

    private static TimeSpan Span(Duration wire, TimeSpan min, TimeSpan max, string field)
    {
        bool isValid = wire.Seconds is >= 0 and <= 315_576_000_000 && wire.Nanos is >= 0 and < 1_000_000_000;
        TimeSpan span = isValid ? TimeSpan.FromSeconds(wire.Seconds) + TimeSpan.FromTicks(wire.Nanos / 100) : TimeSpan.MinValue;
        return span >= min && span <= max
            ? span
            : throw RpcError.Invalid("DURATION_INVALID", field, $"`{field[(field.LastIndexOf('/') + 1)..]}` must be {min:c} to {max:c}, was {wire.Seconds} s and {wire.Nanos} ns.");
    }

    private static void Check(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw RpcError.Invalid("PLACEMENT_INVALID", field, message);
        }
    }
}
