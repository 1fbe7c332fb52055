namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>Why a run was stopped before its end.</summary>
internal enum StopCause
{
    /// <summary>It was not stopped.</summary>
    None,

    /// <summary>Someone cancelled it.</summary>
    Cancelled,

    /// <summary>The lease is lost, or cannot be trusted any longer: nothing more may be reported.</summary>
    Lost,

    /// <summary>The Runner shuts down: the run is given back.</summary>
    Shutdown,

    /// <summary>The time that the run may take is over: it fails.</summary>
    TimedOut,
}
