namespace EasyQuant.AppHost;

/// <summary>The AppHost's own switches; everything else becomes configuration.</summary>
/// <param name="DataDirectory">Value of <c>--data</c>; null when it was not given.</param>
/// <param name="NoDashboard">True for <c>--no-dashboard</c>.</param>
/// <param name="Rest">All other arguments.</param>
internal sealed record AppHostArguments(string? DataDirectory, bool NoDashboard, string[] Rest)
{
    public static AppHostArguments Parse(string[] args)
    {
        string? data = null;
        bool noDashboard = false;
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
                default:
                    rest.Add(args[i]);
                    break;
            }
        }

        return new AppHostArguments(data, noDashboard, [.. rest]);
    }

    public DistributedApplicationOptions ToOptions() => new()
    {
        Args = Rest,
        AssemblyName = typeof(AppHostArguments).Assembly.GetName().Name,
        DisableDashboard = NoDashboard,
        AllowUnsecuredTransport = true,
    };
}
