namespace Aspire.Hosting;

/// <summary>How the AppHost runs. Here it always runs, and never publishes.</summary>
public sealed class DistributedApplicationExecutionContext
{
    /// <summary>True: resources are run.</summary>
    public bool IsRunMode => true;

    /// <summary>False: nothing is published.</summary>
    public bool IsPublishMode => false;
}
