using System.Collections.Concurrent;
using EasyQuant.Flow;
using EasyQuant.Messaging.Topics;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Messaging;
using EasyQuant.RunnerService.Grpc.Execution;
using EasyQuant.RunnerService.Grpc.Groups;
using EasyQuant.RunnerService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Projects;

/// <summary>Makes the services of each project once: its files, the artifacts, its database. Thread-safe.</summary>
internal sealed class ProjectServices(
    NodeCatalog catalog, ProjectDatabases databases, TopicTransports transports, GroupReports reports, HttpDoor http, IOptions<RunnerOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ProjectRoom> _rooms = new(StringComparer.Ordinal);
    private readonly LocalArtifactStore _artifacts = new(Path.Combine(options.Value.DataRoot, "artifacts"));

    /// <summary>Returns the room of a project.</summary>
    /// <exception cref="NodeException"><c>NAME_INVALID</c>: the project cannot have files.</exception>
    public async ValueTask<ProjectRoom> GetAsync(string projectId, CancellationToken cancellationToken)
    {
        if (_rooms.TryGetValue(projectId, out ProjectRoom? room))
        {
            return room;
        }

        if (!FlowNames.IsName(projectId))
        {
            throw new NodeException("NAME_INVALID", "A project's id matches [a-z0-9][a-z0-9._-]{0,62}.");
        }

        string files = Path.Combine(options.Value.DataRoot, "files", projectId);
        Directory.CreateDirectory(files);
        NodeServices services = new NodeServices(time)
            .With<IDataFiles>(new DirectoryDataFiles(files))
            .With<IArtifactStore>(_artifacts)
            .With(transports)
            .With(catalog)
            .With(http)
            .With(new SuspectGates(time))
            .With(Random.Shared)
            .With(reports.For(projectId));
        if (await databases.GetAsync(projectId, cancellationToken) is { } database)
        {
            services = services.With(database);
        }

        return _rooms.GetOrAdd(projectId, new ProjectRoom(services, new OutputCodec(_artifacts), catalog));
    }
}
