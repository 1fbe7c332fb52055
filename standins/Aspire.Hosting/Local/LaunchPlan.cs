using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>A process with its environment as the dashboard shows it.</summary>
internal sealed record LaunchPlan(ProcessSpec Process, ImmutableArray<EnvironmentVariableSnapshot> Environment);
