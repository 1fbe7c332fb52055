namespace Aspire.Hosting.ApplicationModel;

/// <summary>Says that a resource starts by its command <c>start</c> only.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;
