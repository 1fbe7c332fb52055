namespace EasyQuant.Cli.Doctor;

/// <summary>How a check ended.</summary>
public enum CheckState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>The platform starts, but something is missing.</summary>
    Warning,

    /// <summary>The platform does not start like this.</summary>
    Fault,
}

/// <summary>What one check found.</summary>
/// <param name="Name">Subject of the check: a binary, a right, a place.</param>
/// <param name="State">How it ended.</param>
/// <param name="Found">What was found: a version, a path, a size.</param>
/// <param name="Remedy">Command that mends it; empty when there is nothing to mend.</param>
public sealed record CheckResult(string Name, CheckState State, string Found, string Remedy = "");
