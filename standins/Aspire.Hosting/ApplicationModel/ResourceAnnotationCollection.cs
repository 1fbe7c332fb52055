using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The annotations of a resource, in the order they were added. Not thread-safe; complete before the application starts.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;
