namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that the AppHost runs or knows: a project, a server, a database, a parameter.</summary>
public interface IResource
{
    /// <summary>Name, unique in the AppHost: letters, digits and hyphens, at most 64.</summary>
    string Name { get; }

    /// <summary>What was said about it with the <c>With...</c> methods.</summary>
    ResourceAnnotationCollection Annotations { get; }
}
