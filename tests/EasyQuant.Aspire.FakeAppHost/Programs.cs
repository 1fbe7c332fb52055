using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EasyQuant.Aspire.FakeAppHost;

/// <summary>Programs only: everything that an AppHost can say about a process, without servers.</summary>
internal static class Programs
{
    public static void Describe(IDistributedApplicationBuilder builder)
    {
        string switchFile = builder.Configuration["switch"] ?? "/nonexistent";
        builder.Services.AddHealthChecks().AddCheck("switch", () => File.Exists(switchFile) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The switch is off."));
        var secret = builder.AddParameter("token", new GenerateParameterDefault { MinLength = 30, Special = false }, secret: true, persist: true);
        var region = builder.AddParameter("region", "north");

        // Ends well, and says what it was given.
        var migration = builder.AddExecutable("migration", "sh", ".", "-c", "echo \"migrated $REGION with $TOKEN: $*\"", "sh")
            .WithArgs("one", "two words")
            .WithArgs(context => context.Args.Add(region.Resource))
            .WithEnvironment("REGION", region)
            .WithEnvironment("TOKEN", secret)
            .WithEnvironment(context => context.EnvironmentVariables["DASHBOARD"] = builder.Configuration["ASPNETCORE_URLS"] ?? "none")
            .WithEnvironment(async context =>
                context.EnvironmentVariables["DSN"] = $"tcp://user:{await secret.Resource.GetValueAsync(context.CancellationToken)}@server");
        builder.AddExecutable("after", "sleep", ".", "600").WaitForCompletion(migration);

        // Each ends when the other one runs: only if both are started side by side.
        foreach ((string mine, string other) in new[] { ("left", "right"), ("right", "left") })
        {
            builder.AddExecutable(mine, "sh", ".", "-c", "touch \"$MINE\"; while [ ! -e \"$OTHER\" ]; do sleep 0.05; done")
                .WithEnvironment("MINE", $"{switchFile}.{mine}").WithEnvironment("OTHER", $"{switchFile}.{other}");
        }

        // Ends badly, which whoever waits for it hears.
        var failing = builder.AddExecutable("failing", "sh", ".", "-c", "echo 'no such table' >&2; exit 3");
        builder.AddExecutable("expects-three", "sleep", ".", "600").WaitForCompletion(failing, exitCode: 3);
        builder.AddExecutable("expects-zero", "sleep", ".", "600").WaitForCompletion(failing);
        builder.AddExecutable("missing", "no-such-program-here", ".");
        var unset = builder.AddParameter("un-set");
        builder.AddExecutable("needs-unset", "sleep", ".", "600").WithEnvironment("UNSET", unset);

        // Healthy when the switch is on.
        builder.AddExecutable("switched", "sleep", ".", "600").WithHealthCheck("switch").WithUrl("https://example.org/handbook", "Handbook");
        builder.AddExecutable("by-hand", "sleep", ".", "600").WithExplicitStart();

        // Takes its time to end: until the file is there.
        builder.AddExecutable("slow-end", "sh", ".", "-c", "trap 'while [ ! -e \"$END\" ]; do sleep 0.05; done; exit 0' TERM; echo up; while :; do sleep 0.05; done")
            .WithEnvironment("END", switchFile + ".end").WithExplicitStart();
        var web = builder.AddViteApp("web", "vite");
        builder.AddExecutable("browser", "sh", ".", "-c", "echo \"$WEB_HTTP $services__web__http__0\"; sleep 600").WithReference(web).WaitForStart(web);
    }

    /// <summary>A program that ignores SIGTERM and has a child of its own that does too.</summary>
    public static void DescribeStubborn(IDistributedApplicationBuilder builder)
    {
        builder.AddExecutable("stubborn", "sh", ".", "-c", "trap '' TERM; echo child; sh -c 'trap \"\" TERM; sleep 600; true' & while :; do sleep 600; done");
        builder.AddRabbitMQ("messaging");
    }
}
