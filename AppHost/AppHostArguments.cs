namespace EasyQuant.AppHost;

/// <summary>The AppHost's own switches; everything else becomes configuration.</summary>
/// <param name="DataDirectory">Value of <c>--data</c>; null when it was not given.</param>
/// <param name="NoDashboard">True for <c>--no-dashboard</c>.</param>
/// <param name="UsesExternalServers">
/// True for <c>--infrastructure external</c>: PostgreSQL and RabbitMQ run elsewhere and are named by ConnectionStrings:easyquant and
/// ConnectionStrings:messaging.
/// </param>
/// <param name="UsesRedis">True for <c>--redis</c>: a Redis server for process groups with <c>mqType: redis</c>.</param>
/// <param name="Rest">All other arguments.</param>
internal sealed record AppHostArguments(string? DataDirectory, bool NoDashboard, bool UsesExternalServers, bool UsesRedis, string[] Rest)
{
    public static AppHostArguments Parse(string[] args)
    {
        string? data = null;
        bool noDashboard = false;
        bool external = false;
        bool redis = false;
        var rest = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--data" when i + 1 < args.Length:
                    data = Path.GetFullPath(args[++i]);
                    break;
                case "--no-dashboard":
                    noDashboard = true;
                    break;
                case "--infrastructure" when i + 1 < args.Length:
                    external = args[++i] switch
                    {
                        "external" => true,
                        "own" => false,
                        string other => throw new DistributedApplicationException($"--infrastructure is 'own' or 'external'; was '{other}'."),
                    };
                    break;
                case "--redis":
                    redis = true;
                    break;
                case "--data" or "--infrastructure":
                    throw new DistributedApplicationException($"{args[i]} needs a value.");
                default:
                    rest.Add(args[i]);
                    break;
            }
        }

        return new AppHostArguments(data, noDashboard, external, redis, [.. rest]);
    }

    public DistributedApplicationOptions ToOptions() => new()
    {
        Args = Rest,
        AssemblyName = typeof(AppHostArguments).Assembly.GetName().Name,
        DisableDashboard = NoDashboard,
        AllowUnsecuredTransport = true,
    };
}
