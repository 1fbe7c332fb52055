using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.JavaScript;

namespace Aspire.Hosting;

/// <summary>Adds JavaScript applications.</summary>
public static class JavaScriptHostingExtensions
{
    /// <summary>
    /// Adds an application that Vite serves: <c>npm run {script} -- --port {port}</c> on its endpoint <c>http</c> (also variable PORT), after
    /// <c>npm install</c> (resource <c>{name}-installer</c>).
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="appDirectory">Directory of its package.json, relative to the AppHost's directory.</param>
    /// <param name="runScriptName">Script of the package.json.</param>
    /// <returns>Its builder.</returns>
    public static IResourceBuilder<ViteAppResource> AddViteApp(
        this IDistributedApplicationBuilder builder, string name, string appDirectory, string runScriptName = "dev")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(appDirectory);
        ArgumentException.ThrowIfNullOrEmpty(runScriptName);
        string directory = Path.GetFullPath(Path.Combine(builder.AppHostDirectory, appDirectory));
        IResourceBuilder<ViteAppResource> app = builder.AddResource(new ViteAppResource(name, "npm", directory))
            .WithHttpEndpoint(env: "PORT")
            .WithEnvironment("NODE_ENV", "development");
        EndpointReference endpoint = app.GetEndpoint("http");
        app.WithArgs(context =>
        {
            foreach (string argument in new[] { "run", runScriptName, "--", "--port" })
            {
                context.Args.Add(argument);
            }

            context.Args.Add(endpoint.Property(EndpointProperty.TargetPort));
        });
        IResourceBuilder<JavaScriptInstallerResource> installer = builder
            .AddResource(new JavaScriptInstallerResource(name + "-installer", directory))
            .WithArgs("install", "--no-audit", "--no-fund")
            .WithParentRelationship(app);
        return app.WaitForCompletion(installer);
    }
}
