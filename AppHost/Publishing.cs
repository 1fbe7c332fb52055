#if ASPIRE_PUBLISHING
using Aspire.Hosting.Kubernetes;
#endif

namespace EasyQuant.AppHost;

/// <summary>
/// What differs when the application is published instead of run: the services listen to their network, their files lie in a volume that they share,
/// and one place is chosen that the files are for. Places are known to a build on the official packages with <c>AspirePublishing=true</c> only; they
/// describe containers, which the stand-ins do without.
/// </summary>
internal static class Publishing
{
    /// <summary>Names of the volumes; PostgreSQL, RabbitMQ and Redis keep theirs also when official Aspire runs them.</summary>
    public const string FilesVolume = "easyquant-files";
    public const string PostgresVolume = "easyquant-postgres";
    public const string MessagingVolume = "easyquant-messaging";
    public const string RedisVolume = "easyquant-redis";

    /// <summary>
    /// Home of the account that the images of .NET run as. It exists in them and belongs to that account, so a new volume there can be written
    /// without the rights of root.
    /// </summary>
    private const string Home = "/home/app";

    /// <summary>Where published services keep their files.</summary>
    public static DataDirectories Directories { get; } = new(Home + "/easyquant/files", Home + "/easyquant/keys");

    /// <summary>Lets a published service be reached by the others and gives it the volume with the files.</summary>
    public static void Configure(IResourceBuilder<ProjectResource> service)
    {
        if (!service.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            return;
        }

        service.WithEnvironment("GRPC_HOST", "0.0.0.0").WithEnvironment("HTTP_HOST", "0.0.0.0");
#if ASPIRE_OFFICIAL
        service.WithAnnotation(new ContainerMountAnnotation(FilesVolume, Home, ContainerMountType.Volume, isReadOnly: false));
#endif
    }

    /// <summary>Lets a published broker find its data after its container was replaced: they lie under the name of the node.</summary>
    public static void Configure(IResourceBuilder<RabbitMQServerResource> broker)
    {
#if ASPIRE_OFFICIAL
        if (broker.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            broker.WithEnvironment("RABBITMQ_NODENAME", "rabbit@localhost");
        }
#else
        _ = broker;
#endif
    }

    /// <summary>Adds the place that files are published for, Docker Compose unless something else was asked for.</summary>
    public static void AddEnvironment(IDistributedApplicationBuilder builder, AppHostArguments arguments, Platform platform)
    {
#if ASPIRE_PUBLISHING
        if (arguments.PublishTo == PublishTarget.Kubernetes)
        {
            AddKubernetes(builder, platform);
        }
        else
        {
            builder.AddDockerComposeEnvironment("compose");
        }
#else
        _ = (builder, platform);
        if (arguments.PublishTo is not null)
        {
            throw new DistributedApplicationException(
                "--publish-to needs an AppHost that was built with -p:AspirePackages=official -p:AspirePublishing=true; docs/packages.md says how.");
        }
#endif
    }

#if ASPIRE_PUBLISHING
    // A claim of its own for each volume: what the publisher makes by itself is empty after each start of a pod.
    private static void AddKubernetes(IDistributedApplicationBuilder builder, Platform platform)
    {
        IResourceBuilder<KubernetesEnvironmentResource> kubernetes = builder.AddKubernetesEnvironment("kubernetes");
        IResourceBuilder<KubernetesPersistentVolumeResource> files = kubernetes.AddPersistentVolume(FilesVolume)
            .WithAccessMode(PersistentVolumeAccessMode.ReadWriteMany).WithCapacity("50Gi");
        foreach (IResourceBuilder<ProjectResource> service in platform.Services)
        {
            service.WithPersistentVolume(files);
        }

        platform.OwnPostgres?.WithPersistentVolume(kubernetes.AddPersistentVolume(PostgresVolume).WithCapacity("50Gi"));
        platform.OwnMessaging?.WithPersistentVolume(kubernetes.AddPersistentVolume(MessagingVolume).WithCapacity("10Gi"));
        platform.OwnRedis?.WithPersistentVolume(kubernetes.AddPersistentVolume(RedisVolume).WithCapacity("10Gi"));
    }
#endif
}
