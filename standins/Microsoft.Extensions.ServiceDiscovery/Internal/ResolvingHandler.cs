namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>Sends each request to the next endpoint of the service that its address names.</summary>
internal sealed class ResolvingHandler(ServiceEndpointResolver resolver) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } address)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        request.RequestUri = resolver.Resolve(address);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A retry above this handler resolves anew.
            request.RequestUri = address;
        }
    }
}
