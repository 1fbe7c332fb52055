using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>How resources look before they start.</summary>
internal sealed class InitialSnapshots(ResourceNotificationService notifications)
{
    public void Publish(IResource resource, string resourceId, int replica) =>
        notifications.Publish(resource, resourceId, _ => Create(resource, replica));

    private static CustomResourceSnapshot Create(IResource resource, int replica)
    {
        var snapshot = new CustomResourceSnapshot
        {
            ResourceType = resource switch
            {
                ProjectResource => "Project",
                ExecutableResource => "Executable",
                ParameterResource => "Parameter",
                ConfiguredConnectionString => "ConnectionString",
                _ => resource.GetType().Name,
            },
            Properties = [],
            CreationTimeStamp = DateTime.UtcNow,
            State = KnownResourceStates.NotStarted,
            Urls = [.. UrlsOf(resource, replica)],
            Relationships =
            [
                .. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type)),
                .. resource.Annotations.OfType<WaitAnnotation>().Select(w => new RelationshipSnapshot(w.Resource.Name, "WaitFor")),
            ],
        };
        return resource switch
        {
            ProjectResource project when project.Annotations.OfType<IProjectMetadata>().FirstOrDefault() is { } metadata =>
                snapshot.With("project.path", metadata.ProjectPath).With("resource.source", Path.GetFileName(metadata.ProjectPath)),
            ParameterResource parameter => WithValue(snapshot, "Value", () => parameter.Value, parameter.Secret),
            ConfiguredConnectionString connection => WithValue(snapshot, "resource.connectionString", () => connection.Value, isSecret: true),
            ExecutableResource executable => WithParent(snapshot, executable).With("executable.path", executable.Command).With("executable.workDir", executable.WorkingDirectory),
            IResourceWithParent child => snapshot.With("resource.parentName", child.Parent.Name),
            _ => snapshot,
        };
    }

    private static CustomResourceSnapshot WithParent(CustomResourceSnapshot snapshot, IResource resource) =>
        resource.Annotations.OfType<ResourceRelationshipAnnotation>().FirstOrDefault(relationship => relationship.Type == "Parent") is { } parent
            ? snapshot.With("resource.parentName", parent.Resource.Name)
            : snapshot;

    private static CustomResourceSnapshot WithValue(CustomResourceSnapshot snapshot, string property, Func<string> value, bool isSecret)
    {
        try
        {
            return snapshot with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
                IsReady = true,
                Properties = [new ResourcePropertySnapshot(property, value()) { IsSensitive = isSecret }],
            };
        }
        catch (DistributedApplicationException exception)
        {
            return (snapshot with { State = new ResourceStateSnapshot(KnownResourceStates.ValueMissing, KnownResourceStateStyles.Warn) }).With("Value", exception.Message);
        }
    }

    private static IEnumerable<UrlSnapshot> UrlsOf(IResource resource, int replica)
    {
        List<ResourceUrlAnnotation> named = [.. resource.Annotations.OfType<ResourceUrlAnnotation>()];
        foreach (EndpointAnnotation endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            string address = endpoint.AllAllocatedEndpoints[replica].UriString;
            ResourceUrlAnnotation? custom = named.FirstOrDefault(url => url.Endpoint?.EndpointName == endpoint.Name);
            string url = custom is null ? address : custom.Url.StartsWith('/') ? address + custom.Url : custom.Url is "" ? address : custom.Url;
            yield return new UrlSnapshot(endpoint.Name, url, IsInternal: false) { DisplayProperties = new(custom?.DisplayText ?? "") };
        }

        foreach (ResourceUrlAnnotation free in named.Where(url => url.Endpoint is null))
        {
            yield return new UrlSnapshot(null, free.Url, IsInternal: false) { DisplayProperties = new(free.DisplayText ?? "") };
        }
    }
}
