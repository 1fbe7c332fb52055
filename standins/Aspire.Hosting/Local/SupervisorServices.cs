using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>What supervisors share.</summary>
internal sealed record SupervisorServices(
    ResourceNotificationService Notifications,
    ResourceLoggerService Loggers,
    DataDirectory Data,
    AppHostConsole Console,
    DistributedApplicationExecutionContext ExecutionContext,
    TimeSpan RestartDelay);
