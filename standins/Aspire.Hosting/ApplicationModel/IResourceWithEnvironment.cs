namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that is a process with environment variables.</summary>
public interface IResourceWithEnvironment : IResource;
