using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>Where a server lives.</summary>
/// <param name="Directory">Its own directory.</param>
/// <param name="Port">The port that its endpoint was given.</param>
/// <param name="ExtraPort">Returns one more port by name, the same at every start while it is free.</param>
/// <param name="Programs">Where its programs are looked for.</param>
internal sealed record LocalServerPlace(string Directory, int Port, Func<string, int> ExtraPort, Programs Programs);
