namespace EasyQuant.Cli;

/// <summary>Exit codes of every command, stable for scripts.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>The command line or an input file is wrong; nothing was changed.</summary>
    public const int Usage = 1;

    /// <summary>What was asked for was tried and failed: a run ended failed, a check found a fault.</summary>
    public const int Failed = 2;

    /// <summary>The server did not answer.</summary>
    public const int Unreachable = 3;

    /// <summary>Interrupted by the user.</summary>
    public const int Interrupted = 130;
}
