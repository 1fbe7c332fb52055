namespace Aspire.Hosting.ApplicationModel;

/// <summary>Names an endpoint of a resource; its address is known when the application runs. With replicas it is the first one's.</summary>
/// <param name="owner">The resource.</param>
/// <param name="endpointName">The endpoint.</param>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IValueProvider
{
    /// <summary>The resource.</summary>
    public IResourceWithEndpoints Resource => owner;

    /// <summary>The endpoint.</summary>
    public string EndpointName => endpointName;

    /// <summary>True when the address is known.</summary>
    public bool IsAllocated => Find().AllocatedEndpoint is not null;

    /// <summary>The address.</summary>
    /// <exception cref="InvalidOperationException">The application has not started, or there is no such endpoint.</exception>
    public string Url => Allocated().UriString;

    /// <summary>The port.</summary>
    /// <exception cref="InvalidOperationException">The application has not started, or there is no such endpoint.</exception>
    public int Port => Allocated().Port;

    /// <summary>Names a part of the address.</summary>
    /// <param name="property">The part.</param>
    /// <returns>A value that is known when the application runs.</returns>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Url);

    private AllocatedEndpoint Allocated() =>
        Find().AllocatedEndpoint ?? throw new InvalidOperationException($"The endpoint '{endpointName}' of '{owner.Name}' has no address before the application starts.");

    private EndpointAnnotation Find() =>
        owner.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => endpoint.Name == endpointName)
        ?? throw new InvalidOperationException(
            $"'{owner.Name}' has no endpoint '{endpointName}', only: {string.Join(", ", owner.Annotations.OfType<EndpointAnnotation>().Select(endpoint => endpoint.Name))}.");
}
