using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>A process with its environment and arguments as the dashboard shows them: without secrets.</summary>
internal sealed record LaunchPlan(ProcessSpec Process, ImmutableArray<EnvironmentVariableSnapshot> Environment, ImmutableArray<string> Arguments);
