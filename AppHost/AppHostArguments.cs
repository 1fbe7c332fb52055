namespace EasyQuant.AppHost;

/// <summary>The AppHost's own switches; everything else becomes configuration.</summary>
internal sealed record AppHostArguments
{
    /// <summary>Value of <c>--data</c>; null when it was not given.</summary>
    public string? DataDirectory { get; private init; }

    /// <summary>True for <c>--no-dashboard</c>.</summary>
    public bool NoDashboard { get; private init; }

    /// <summary>
    /// True for <c>--infrastructure external</c>: PostgreSQL and RabbitMQ run elsewhere and are named by ConnectionStrings:easyquant and
    /// ConnectionStrings:messaging.
    /// </summary>
    public bool UsesExternalServers { get; private init; }

    /// <summary>True for <c>--redis</c>: a Redis server for process groups with <c>mqType: redis</c>.</summary>
    public bool UsesRedis { get; private init; }

    /// <summary>Value of <c>--publish-to</c>; null when it was not given.</summary>
    public PublishTarget? PublishTo { get; private init; }

    /// <summary>All other arguments.</summary>
    public string[] Rest { get; private init; } = [];

    public static AppHostArguments Parse(string[] args)
    {
        var arguments = new AppHostArguments();
        var rest = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--data" or "--infrastructure" or "--publish-to" when value is null:
                    throw new DistributedApplicationException($"{args[i]} needs a value.");
                case "--data":
                    arguments = arguments with { DataDirectory = Path.GetFullPath(value!) };
                    i++;
                    break;
                case "--infrastructure":
                    arguments = arguments with { UsesExternalServers = IsExternal(value!) };
                    i++;
                    break;
                case "--publish-to":
                    arguments = arguments with { PublishTo = TargetOf(value!) };
                    i++;
                    break;
                case "--no-dashboard":
                    arguments = arguments with { NoDashboard = true };
                    break;
                case "--redis":
                    arguments = arguments with { UsesRedis = true };
                    break;
                default:
                    rest.Add(args[i]);
                    break;
            }
        }

        return arguments with { Rest = [.. rest] };
    }

    public DistributedApplicationOptions ToOptions() => new()
    {
        Args = Rest,
        AssemblyName = typeof(AppHostArguments).Assembly.GetName().Name,
        DisableDashboard = NoDashboard,
        AllowUnsecuredTransport = true,
    };

    private static bool IsExternal(string value) => value switch
    {
        "external" => true,
        "own" => false,
        _ => throw new DistributedApplicationException($"--infrastructure is 'own' or 'external'; was '{value}'."),
    };

    private static PublishTarget TargetOf(string value) => value switch
    {
        "compose" => PublishTarget.Compose,
        "kubernetes" => PublishTarget.Kubernetes,
        _ => throw new DistributedApplicationException($"--publish-to is 'compose' or 'kubernetes'; was '{value}'."),
    };
}
