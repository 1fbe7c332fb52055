namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that is a process with arguments.</summary>
public interface IResourceWithArgs : IResource;
