using System.Diagnostics;
using OpenTelemetry;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>
/// Puts the ids of run and step on every span below a run: from the parent inside of a process, from W3C baggage (which HTTP and gRPC calls carry)
/// across processes. A span of its own ids keeps them.
/// </summary>
internal sealed class RunContextProcessor : BaseProcessor<Activity>
{
    private static readonly string[] s_ids = ["easyquant.run_id", "easyquant.step_id"];

    public override void OnStart(Activity data)
    {
        foreach (string id in s_ids)
        {
            string? value = data.Parent?.GetTagItem(id) as string ?? data.GetBaggageItem(id);
            if (value is null || data.GetTagItem(id) is not null)
            {
                continue;
            }

            data.SetTag(id, value);
            if (data.GetBaggageItem(id) != value)
            {
                data.SetBaggage(id, value);
            }
        }
    }
}
