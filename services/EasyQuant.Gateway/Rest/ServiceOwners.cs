using EasyQuant.Contracts.Access.V1;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Job.V1;
using EasyQuant.Contracts.Market.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace EasyQuant.Gateway.Rest;

/// <summary>Which service answers which public RPC. Immutable and thread-safe.</summary>
/// <param name="owners">Resource name of the owner by proto service.</param>
internal sealed class ServiceOwners(IReadOnlyDictionary<ServiceDescriptor, string> owners)
{
    /// <summary>Owner of the services that the Gateway answers itself.</summary>
    public const string Gateway = "gateway";

    // An RPC without an HTTP rule is internal, unless it is listed here.
    private static readonly HashSet<string> s_publicStreams = ["easyquant.worker.v1.WorkerService.Connect"];

    /// <summary>The public services, by name, ordinal.</summary>
    public IReadOnlyList<ServiceDescriptor> Services { get; } = [.. owners.Keys.OrderBy(s => s.FullName, StringComparer.Ordinal)];

    /// <summary>The public RPCs, by service and declaration.</summary>
    public IReadOnlyList<MethodDescriptor> Methods => [.. Services.SelectMany(s => s.Methods).Where(IsPublic)];

    /// <summary>Returns the owners of the platform's own contracts. Services that are not named, such as DispatchService, are internal.</summary>
    /// <returns>The table.</returns>
    public static ServiceOwners OfPlatform() => new(new Dictionary<ServiceDescriptor, string>
    {
        [ServiceOf(AccessServiceReflection.Descriptor)] = Gateway,
        [ServiceOf(WorkflowServiceReflection.Descriptor)] = "workflow",
        [ServiceOf(NodeServiceReflection.Descriptor)] = "workflow",
        [ServiceOf(RunServiceReflection.Descriptor)] = "workflow",
        [ServiceOf(ItemServiceReflection.Descriptor)] = "workflow",
        [ServiceOf(JobServiceReflection.Descriptor)] = "workflow",
        [ServiceOf(GroupServiceReflection.Descriptor)] = "workflow",
        [ServiceOf(SecretServiceReflection.Descriptor)] = "workflow",
        [ServiceOf(ScheduleServiceReflection.Descriptor)] = "scheduler",
        [ServiceOf(BacktestServiceReflection.Descriptor)] = "backtest",
        [ServiceOf(SweepServiceReflection.Descriptor)] = "backtest",
        [ServiceOf(TrialServiceReflection.Descriptor)] = "backtest",
        [ServiceOf(DataServiceReflection.Descriptor)] = "backtest",
        [ServiceOf(MarketServiceReflection.Descriptor)] = "backtest",
        [ServiceOf(WorkerServiceReflection.Descriptor)] = "monitor",
        [ServiceOf(TaskServiceReflection.Descriptor)] = "monitor",
    });

    /// <summary>Returns the resource name of the service that answers.</summary>
    /// <param name="service">A public service.</param>
    /// <returns>Its owner.</returns>
    /// <exception cref="KeyNotFoundException">The service is not public.</exception>
    public string OwnerOf(ServiceDescriptor service) => owners[service];

    /// <summary>Tells whether callers from outside may name an RPC.</summary>
    /// <param name="method">An RPC of a public service.</param>
    /// <returns>True when it has an HTTP rule or is a listed stream.</returns>
    public static bool IsPublic(MethodDescriptor method) =>
        s_publicStreams.Contains(method.FullName) || method.GetOptions()?.HasExtension(Google.Api.AnnotationsExtensions.Http) == true;

    private static ServiceDescriptor ServiceOf(FileDescriptor file) => file.Services.Single();
}
