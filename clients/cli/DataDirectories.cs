namespace EasyQuant.Cli;

/// <summary>Where the platform keeps its state by default.</summary>
public static class DataDirectories
{
    /// <summary>For root /var/lib/easyquant, for others $XDG_STATE_HOME/easyquant, which is ~/.local/state/easyquant when unset.</summary>
    public static string Default
    {
        get
        {
            if (Environment.IsPrivilegedProcess)
            {
                return "/var/lib/easyquant";
            }

            string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            return string.IsNullOrEmpty(state)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "easyquant")
                : Path.Combine(state, "easyquant");
        }
    }
}
