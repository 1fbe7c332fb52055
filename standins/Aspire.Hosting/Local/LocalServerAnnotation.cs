using Aspire.Hosting.ApplicationModel;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>Says that a resource is a server program of this machine.</summary>
/// <param name="Create">Makes the server in its directory; ports come from the callback.</param>
internal sealed record LocalServerAnnotation(Func<LocalServerPlace, ILocalServer> Create) : IResourceAnnotation
{
    /// <summary>What lives in the server, and how it is made once the server serves.</summary>
    public List<(IResource Resource, Func<ILocalServer, CancellationToken, Task> Create)> Children { get; } = [];
}
