namespace EasyQuant.BacktestSandbox;

/// <summary>Why a job did not end well.</summary>
/// <param name="Reason">UPPER_SNAKE.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record SandboxFault(string Reason, string Message);
