using Microsoft.Extensions.Configuration;

namespace EasyQuant.AppHost;

/// <summary>Where the platform keeps its files.</summary>
/// <param name="Files">User files, artifacts and panels, shared by the services that read or write them.</param>
/// <param name="Keys">Where the Gateway keeps the development key and Workflow the key of secrets; closed to everybody else.</param>
internal sealed record DataDirectories(string Files, string Keys)
{
    private const string RootSetting = "LocalHosting:DataDirectory";

    /// <summary>
    /// Decides on the data directory: <c>--data</c>, else a configured one, else /var/lib/easyquant for root and $XDG_STATE_HOME/easyquant (or
    /// ~/.local/state/easyquant) for others; and makes the directories in it. What is published has its own directories, and none is made here.
    /// </summary>
    public static DataDirectories Prepare(IDistributedApplicationBuilder builder, AppHostArguments arguments)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            return Publishing.Directories;
        }

        string root = arguments.DataDirectory ?? builder.Configuration[RootSetting] ?? DefaultRoot();
        builder.Configuration[RootSetting] = root;
        builder.Configuration["LocalHosting:ProjectDirectories"] = "files,!keys";
        var directories = new DataDirectories(Path.Combine(root, "files"), Path.Combine(root, "keys"));
        try
        {
            Directory.CreateDirectory(directories.Files);
            Directory.CreateDirectory(directories.Keys);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DistributedApplicationException(
                $"'{Environment.UserName}' may not write to the data directory '{root}'. Give the right, or choose another directory with --data.", exception);
        }
        catch (IOException exception)
        {
            throw new DistributedApplicationException($"The data directory '{root}' cannot be made ({exception.Message}). Choose another directory with --data.", exception);
        }

        return directories;
    }

    private static string DefaultRoot()
    {
        if (Environment.UserName == "root")
        {
            return "/var/lib/easyquant";
        }

        string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "easyquant");
    }
}
