using Aspire.DashboardService.Proto.V1;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Aspire.Tests;

/// <summary>
/// What the dashboard asks and must never be told otherwise: one violation hangs its page without a word. A program that only waits takes the place of
/// the dashboard, and the test calls the resource service as it would.
/// </summary>
[Collection("hosting")]
public sealed class ResourceServiceTests : IDisposable
{
    private const string Service = "aspire.v1.DashboardService";
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(6));
    private readonly string _directory = Directory.CreateTempSubdirectory("eq-resources-").FullName;

    public void Dispose()
    {
        _deadline.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Streams_OfTheResourceService_AvoidWhatHangsTheDashboard()
    {
        CancellationToken token = _deadline.Token;
        await using DistributedApplication app = await StartAsync(token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("web", token);
        Dictionary<string, string> environment = await EnvironmentAsync(token);
        using GrpcChannel channel = GrpcChannel.ForAddress(environment["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"]);
        CallInvoker invoker = channel.CreateCallInvoker();
        CallOptions options = new(new Metadata { { "x-resource-service-api-key", environment["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] } }, cancellationToken: token);
        Method<ApplicationInformationRequest, ApplicationInformationResponse> information = Create<ApplicationInformationRequest, ApplicationInformationResponse>(
            MethodType.Unary, "GetApplicationInformation");

        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            async () => await invoker.AsyncUnaryCall(information, null, new CallOptions(cancellationToken: token), new ApplicationInformationRequest()));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);

        // A version above the dashboard's makes it refuse.
        ApplicationInformationResponse about = await invoker.AsyncUnaryCall(information, null, options, new ApplicationInformationRequest());
        Assert.Equal("", about.MinDashboardVersion);

        using AsyncDuplexStreamingCall<WatchInteractionsRequestUpdate, WatchInteractionsResponseUpdate> interactions = invoker.AsyncDuplexStreamingCall(
            Create<WatchInteractionsRequestUpdate, WatchInteractionsResponseUpdate>(MethodType.DuplexStreaming, "WatchInteractions"), null, options);
        Task<bool> interaction = interactions.ResponseStream.MoveNext(token);
        using AsyncServerStreamingCall<WatchResourcesUpdate> resources = invoker.AsyncServerStreamingCall(
            Create<WatchResourcesRequest, WatchResourcesUpdate>(MethodType.ServerStreaming, "WatchResources"), null, options, new WatchResourcesRequest());
        Assert.True(await resources.ResponseStream.MoveNext(token));
        AssertComplete(resources.ResponseStream.Current.InitialData.Resources);

        await AssertCommandAsync(invoker, options, resources, token);
        await AssertConsoleLogAsync(invoker, options, resources, token);
        Assert.False(interaction.IsCompleted);

        // Streams end with the AppHost; otherwise the dashboard shows a dead application for half a minute.
        Task<bool> next = DrainAsync(resources.ResponseStream, token);
        await app.StopAsync(token);
        await Task.WhenAll(EndOf(next), EndOf(interaction)).WaitAsync(TimeSpan.FromMinutes(1), token);
    }

    private static void AssertComplete(IReadOnlyCollection<Resource> resources)
    {
        Assert.Contains(resources, resource => resource.DisplayName == "web" && resource.Urls.Count > 0);
        foreach (Resource resource in resources)
        {
            Assert.NotNull(resource.CreatedAt);
            Assert.All(new[] { resource.Name, resource.DisplayName, resource.ResourceType, resource.Uid }, text => Assert.NotEqual("", text));
            Assert.All(resource.Urls, url => Assert.NotNull(url.DisplayProperties));
            Assert.All(resource.Properties, property => Assert.NotNull(property.Value));
        }

        Resource token = Assert.Single(resources, resource => resource.DisplayName == "token");
        ResourceProperty secret = Assert.Single(token.Properties, property => property.Name == "Value");
        Assert.True(secret.IsSensitive);
        Assert.All(resources.SelectMany(resource => resource.Environment), variable => Assert.DoesNotContain(secret.Value.StringValue, variable.Value, StringComparison.Ordinal));
    }

    private static async Task AssertCommandAsync(
        CallInvoker invoker, CallOptions options, AsyncServerStreamingCall<WatchResourcesUpdate> resources, CancellationToken token)
    {
        Resource byHand = Assert.Single(resources.ResponseStream.Current.InitialData.Resources, resource => resource.DisplayName == "by-hand");
        Assert.Equal(
            [("start", ResourceCommandState.Enabled), ("stop", ResourceCommandState.Hidden), ("restart", ResourceCommandState.Disabled)],
            byHand.Commands.Select(command => (command.Name, command.State)));
        Method<ResourceCommandRequest, ResourceCommandResponse> execute = Create<ResourceCommandRequest, ResourceCommandResponse>(MethodType.Unary, "ExecuteResourceCommand");
        ResourceCommandResponse done = await invoker.AsyncUnaryCall(
            execute, null, options, new ResourceCommandRequest { CommandName = "start", ResourceName = byHand.Name, ResourceType = byHand.ResourceType });
        Assert.Equal(ResourceCommandResponseKind.Succeeded, done.Kind);
        ResourceCommandResponse unknown = await invoker.AsyncUnaryCall(execute, null, options, new ResourceCommandRequest { CommandName = "dance", ResourceName = byHand.Name });
        Assert.Equal((ResourceCommandResponseKind.Failed, $"'{byHand.Name}' has no command 'dance'."), (unknown.Kind, unknown.Message));
        while (!resources.ResponseStream.Current.Changes?.Value.Any(change => change.Upsert?.Name == byHand.Name && change.Upsert.State == "Running") ?? true)
        {
            Assert.True(await resources.ResponseStream.MoveNext(token));
        }
    }

    private static async Task AssertConsoleLogAsync(
        CallInvoker invoker, CallOptions options, AsyncServerStreamingCall<WatchResourcesUpdate> resources, CancellationToken token)
    {
        _ = resources;
        using AsyncServerStreamingCall<WatchResourceConsoleLogsUpdate> none = invoker.AsyncServerStreamingCall(
            Create<WatchResourceConsoleLogsRequest, WatchResourceConsoleLogsUpdate>(MethodType.ServerStreaming, "WatchResourceConsoleLogs"), null, options,
            new WatchResourceConsoleLogsRequest { ResourceName = "dashboard", SuppressFollow = true });
        Assert.True(await none.ResponseStream.MoveNext(token));
        ConsoleLogLine line = none.ResponseStream.Current.LogLines[0];
        // The time in front is shown apart.
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z waiting$", line.Text);
        Assert.Equal(1, line.LineNumber);
        Assert.False(await none.ResponseStream.MoveNext(token));

        // A parameter says nothing: the answer without following ends at once instead of waiting for a first line.
        using AsyncServerStreamingCall<WatchResourceConsoleLogsUpdate> empty = invoker.AsyncServerStreamingCall(
            Create<WatchResourceConsoleLogsRequest, WatchResourceConsoleLogsUpdate>(MethodType.ServerStreaming, "WatchResourceConsoleLogs"), null, options,
            new WatchResourceConsoleLogsRequest { ResourceName = "token", SuppressFollow = true });
        Assert.False(await empty.ResponseStream.MoveNext(token));
    }

    private static async Task<bool> DrainAsync(IAsyncStreamReader<WatchResourcesUpdate> stream, CancellationToken token)
    {
        while (await stream.MoveNext(token))
        {
        }

        return false;
    }

    private static async Task EndOf(Task<bool> stream)
    {
        try
        {
            Assert.False(await stream);
        }
        catch (RpcException)
        {
            // The server went away, which ends the stream too.
        }
    }

    private async Task<DistributedApplication> StartAsync(CancellationToken token)
    {
        string program = Path.Combine(_directory, "dashboard.sh");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho waiting\nenv > \"$HOME/environment.new\" && mv \"$HOME/environment.new\" \"$HOME/environment\"\nexec sleep 600\n", token);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        IDistributedApplicationTestingBuilder builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.EasyQuant_Aspire_FakeAppHost>(
            ["--shape=programs", "--ASPIRE_DASHBOARD_PATH=" + program, "--LocalHosting:DataDirectory=" + Path.Combine(_directory, "data")],
            (settings, _) => settings.DisableDashboard = false,
            token);
        DistributedApplication app = await builder.BuildAsync(token);
        await app.StartAsync(token);
        return app;
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync(CancellationToken token)
    {
        string path = Path.Combine(_directory, "data", "home", "environment");
        while (!File.Exists(path))
        {
            await Task.Delay(50, token);
        }

        return (await File.ReadAllLinesAsync(path, token)).Where(line => line.Contains('=')).Select(line => line.Split('=', 2)).DistinctBy(pair => pair[0])
            .ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private static Method<TRequest, TResponse> Create<TRequest, TResponse>(MethodType type, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new(type, Service, name, Marshaller<TRequest>(), Marshaller<TResponse>());

    private static Marshaller<T> Marshaller<T>()
        where T : class, IMessage<T>, new() =>
        Marshallers.Create(message => message.ToByteArray(), new MessageParser<T>(() => new T()).ParseFrom);
}
