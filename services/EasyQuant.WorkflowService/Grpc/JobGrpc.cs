using EasyQuant.Contracts.Job.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.WorkflowService.Storage.Jobs;
using EasyQuant.WorkflowService.Storage.Runs;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Serves jobs.</summary>
internal sealed class JobGrpc(
    JobStore jobs, RunFactory factory, RunWriter writer, RunReader reader, QueueGauge gauge, RunHistoryFactory clock,
    IOptions<WorkflowServiceOptions> options) : JobService.JobServiceBase
{
    private const int TagCountMax = 20;

    public override async Task<CreateJobResponse> CreateJob(CreateJobRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        Job job = request.Job?.Clone() ?? throw RpcError.Invalid("FIELD_REQUIRED", "job", "`job` is required.");
        Requests.Name(job.Name, "job.name");
        if (job.Tags.Count > TagCountMax)
        {
            throw RpcError.Invalid("LIMIT_EXCEEDED", "job.tags", $"A job may have {TagCountMax} tags, this one has {job.Tags.Count}.");
        }

        // As a run of it would be checked, so that a job that is stored can be run.
        await factory.BuildAsync(project, CallProject.ActorOf(context), [Spec(job, new RunJobRequest())], context.CancellationToken);
        job.CreateTime = clock.Now().ToTimestamp();
        return new CreateJobResponse
        {
            Job = await jobs.CreateAsync(project, job, Requests.RequestId(request.RequestId), context.CancellationToken),
        };
    }

    public override async Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context) => new()
    {
        Job = await jobs.GetAsync(CallProject.Of(context), request.Name, context.CancellationToken),
    };

    public override async Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = Requests.PageSize(request.PageSize, 50, 500);
        string scope = $"jobs/{project}";
        string after = Requests.Token(request.PageToken, scope, 1)?[0] ?? "";
        List<Job> page = await jobs.ListAsync(project, after, size + 1, context.CancellationToken);
        var answer = new ListJobsResponse { NextPageToken = page.Count > size ? PageToken.Write(scope, page[size - 1].Name) : "" };
        answer.Jobs.AddRange(page.Take(size));
        return answer;
    }

    public override async Task<DeleteJobResponse> DeleteJob(DeleteJobRequest request, ServerCallContext context)
    {
        await jobs.DeleteAsync(CallProject.Of(context), request.Name, context.CancellationToken);
        return new DeleteJobResponse();
    }

    public override async Task<RunJobResponse> RunJob(RunJobRequest request, ServerCallContext context)
    {
        gauge.ThrowIfFull();
        string project = CallProject.Of(context);
        Job job = await jobs.GetAsync(project, request.Name, context.CancellationToken);
        IReadOnlyList<NewRun> runs = await factory.BuildAsync(
            project, CallProject.ActorOf(context), [Spec(job, request)], context.CancellationToken);
        IReadOnlyList<RunRow> stored = await writer.CreateAsync(runs, context.CancellationToken);
        return new RunJobResponse { Run = stored[0].ToRun(options.Value.DashboardUrl, withValues: true) };
    }

    public override async Task<GetJobStatusResponse> GetJobStatus(GetJobStatusRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        await jobs.GetAsync(project, request.Name, context.CancellationToken);
        List<RunRow> last = await reader.ListAsync(project, new RunFilter([], "", request.Name, null, null), null, 1, context.CancellationToken);
        List<EndedRun> ended = await jobs.ReadEndedAsync(project, request.Name, context.CancellationToken);
        var answer = new GetJobStatusResponse { EndedRunCount = ended.Count };
        if (last.Count > 0)
        {
            answer.LastRun = last[0].ToRun(options.Value.DashboardUrl, withValues: true);
            answer.State = last[0].State;
        }

        if (ended.Count > 0)
        {
            answer.LastDuration = Duration.FromTimeSpan(ended[0].Duration);
            answer.SuccessRate = (double)ended.Count(run => run.State == RunState.Succeeded) / ended.Count;
        }

        return answer;
    }

    private static RunSpec Spec(Job job, RunJobRequest request)
    {
        Struct inputs = job.Inputs?.Clone() ?? new Struct();
        foreach ((string name, Value value) in request.Inputs?.Fields ?? [])
        {
            inputs.Fields[name] = value;
        }

        return new RunSpec
        {
            RequestId = request.RequestId,
            WorkflowName = job.WorkflowName,
            WorkflowVersion = job.WorkflowVersion,
            Inputs = inputs,
            JobName = job.Name,
        };
    }
}
