using Aspire.DashboardService.Proto.V1;
using Aspire.Hosting.ApplicationModel;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Model = Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>Tells the dashboard about resources and does what its buttons say. Streams end when the AppHost stops.</summary>
internal sealed class ResourceService(
    ResourceServiceState state, ResourceMapper mapper, ResourceNotificationService notifications, ResourceLoggerService loggers, ResourceCommandService commands)
    : DashboardService.Proto.V1.DashboardService.DashboardServiceBase
{
    private const int LinesPerUpdateMax = 500;

    // An empty minimum version: a version above the dashboard's would make it refuse.
    public override Task<ApplicationInformationResponse> GetApplicationInformation(ApplicationInformationRequest request, ServerCallContext context) =>
        Task.FromResult(new ApplicationInformationResponse { ApplicationName = state.ApplicationName });

    public override async Task WatchResources(
        WatchResourcesRequest request, IServerStreamWriter<WatchResourcesUpdate> responseStream, ServerCallContext context)
    {
        using CancellationTokenSource either = state.LinkTo(context.CancellationToken);
        try
        {
            IReadOnlyList<ResourceEvent> known = notifications.All();
            var initial = new InitialResourceData();
            initial.Resources.AddRange(known.Select(mapper.Map));
            await responseStream.WriteAsync(new WatchResourcesUpdate { InitialData = initial }, either.Token);
            await foreach (ResourceEvent change in notifications.WatchAsync(either.Token))
            {
                var changes = new WatchResourcesChanges();
                changes.Value.Add(new WatchResourcesChange { Upsert = mapper.Map(change) });
                await responseStream.WriteAsync(new WatchResourcesUpdate { Changes = changes }, either.Token);
            }
        }
        catch (Exception exception) when (either.IsCancellationRequested && exception is OperationCanceledException or IOException or InvalidOperationException)
        {
        }
    }

    public override async Task WatchResourceConsoleLogs(
        WatchResourceConsoleLogsRequest request, IServerStreamWriter<WatchResourceConsoleLogsUpdate> responseStream, ServerCallContext context)
    {
        using CancellationTokenSource either = state.LinkTo(context.CancellationToken);
        try
        {
            if (request.SuppressFollow)
            {
                await WriteLinesAsync(loggers.LogOf(request.ResourceName).Lines(), responseStream, either.Token);
                return;
            }

            await foreach (IReadOnlyList<LogLine> lines in loggers.WatchAsync(request.ResourceName).WithCancellation(either.Token))
            {
                await WriteLinesAsync(lines, responseStream, either.Token);
            }
        }
        catch (Exception exception) when (either.IsCancellationRequested && exception is OperationCanceledException or IOException or InvalidOperationException)
        {
        }
    }

    public override async Task<ResourceCommandResponse> ExecuteResourceCommand(ResourceCommandRequest request, ServerCallContext context)
    {
        ExecuteCommandResult result = await commands.ExecuteCommandAsync(request.ResourceName, request.CommandName, context.CancellationToken);
        var response = new ResourceCommandResponse
        {
            Kind = result.Success ? ResourceCommandResponseKind.Succeeded : result.Canceled ? ResourceCommandResponseKind.Cancelled : ResourceCommandResponseKind.Failed,
        };
        if (result.Message is not null)
        {
            response.ErrorMessage = result.Message;
            response.Message = result.Message;
        }

        return response;
    }

    // The dashboard forgets its resources when this stream fails, so it stays open and says nothing.
    public override async Task WatchInteractions(
        IAsyncStreamReader<WatchInteractionsRequestUpdate> requestStream, IServerStreamWriter<WatchInteractionsResponseUpdate> responseStream, ServerCallContext context)
    {
        using CancellationTokenSource either = state.LinkTo(context.CancellationToken);
        try
        {
            while (await requestStream.MoveNext(either.Token))
            {
            }

            await Task.Delay(Timeout.Infinite, either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
        }
    }

    private static async Task WriteLinesAsync(
        IReadOnlyList<LogLine> lines, IServerStreamWriter<WatchResourceConsoleLogsUpdate> responseStream, CancellationToken cancellationToken)
    {
        foreach (LogLine[] part in lines.Chunk(LinesPerUpdateMax))
        {
            var update = new WatchResourceConsoleLogsUpdate();
            update.LogLines.AddRange(part.Select(line => new ConsoleLogLine { Text = line.Content, IsStdErr = line.IsErrorMessage, LineNumber = line.LineNumber }));
            await responseStream.WriteAsync(update, cancellationToken);
        }
    }
}
