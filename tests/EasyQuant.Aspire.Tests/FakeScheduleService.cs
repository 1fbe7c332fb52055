using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;

namespace EasyQuant.Aspire.Tests;

/// <summary>Answers by failing in the way that the id names.</summary>
internal sealed class FakeScheduleService : ScheduleService.ScheduleServiceBase
{
    public override async Task<GetScheduleResponse> GetSchedule(GetScheduleRequest request, ServerCallContext context)
    {
        switch (request.Name)
        {
            case "invalid":
                throw new RpcError(
                    StatusCode.InvalidArgument,
                    "PARAMETER_OUT_OF_RANGE",
                    "`period` must be 1..500, was 0. 周期",
                    new Dictionary<string, string> { ["node"] = "sma" },
                    [.. Enumerable.Range(0, 100).Select(i => new FieldViolation($"/nodes/{i}/params/period", new string('x', 100)))],
                    TimeSpan.FromSeconds(3));
            case "crash":
                throw new InvalidCastException("secret detail");
            case "restart":
                throw new FakeRestart();
            case "hang":
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
            case "who":
                throw RpcError.NotFound("WHO", $"{CallProject.Of(context)}|{CallProject.ActorOf(context)}|{context.Deadline < DateTime.MaxValue}");
        }

        return new GetScheduleResponse();
    }
}
