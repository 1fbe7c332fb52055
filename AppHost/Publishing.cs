namespace EasyQuant.AppHost;

/// <summary>
/// Where the application can be published to. Only a build on the official packages with <c>AspirePublishing=true</c> knows such places; they describe
/// containers, which the stand-ins do without.
/// </summary>
internal static class Publishing
{
    public static void AddEnvironments(IDistributedApplicationBuilder builder)
    {
#if ASPIRE_PUBLISHING
        builder.AddDockerComposeEnvironment("compose");
        builder.AddKubernetesEnvironment("kubernetes");
#else
        _ = builder;
#endif
    }
}
