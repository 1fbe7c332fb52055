using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>Reads <c>{section}:{service}:{endpoint}:{n}</c>.</summary>
internal sealed class ConfigurationEndpoints(
    IConfiguration configuration,
    ServiceDiscoveryOptions options,
    ConfigurationServiceEndpointProviderOptions configurationOptions)
{
    private const string DefaultEndpointName = "default";

    /// <returns>The endpoints of the best scheme that the query asks for; none when the service is not configured.</returns>
    internal ServiceEndpointSource Find(ServiceQuery query)
    {
        IChangeToken changeToken = configuration.GetReloadToken();
        string[] schemes = [.. query.Schemes.Where(s => options.AllowAllSchemes || options.AllowedSchemes.Contains(s))];
        IConfigurationSection service = configuration.GetSection(configurationOptions.SectionName).GetSection(query.ServiceName);
        IEnumerable<string> names = query.EndpointName is null ? [DefaultEndpointName, .. schemes] : [query.EndpointName];
        IConfigurationSection? section = names.Select(service.GetSection).FirstOrDefault(s => s.Exists());
        if (section is null || (schemes.Length == 0 && query.Schemes.Count > 0))
        {
            return new ServiceEndpointSource([], changeToken);
        }

        List<EndPoint> endPoints = Read(query.ServiceName, section);
        return new ServiceEndpointSource([.. Filter(endPoints, schemes).Select(ServiceEndpoint.Create)], changeToken);
    }

    private static IEnumerable<EndPoint> Filter(List<EndPoint> endPoints, string[] schemes)
    {
        if (schemes.Length == 0)
        {
            return endPoints;
        }

        // An endpoint without a scheme serves every request; of the others, only those of the best scheme do.
        int[] ranks = [.. endPoints.Select(e => e is UriEndPoint uri ? Array.IndexOf(schemes, uri.Uri.Scheme) : 0)];
        int best = ranks.Where(r => r >= 0).DefaultIfEmpty(-1).Min();
        return endPoints.Where((e, i) => ranks[i] >= 0 && (e is not UriEndPoint || ranks[i] == best));
    }

    private static List<EndPoint> Read(string service, IConfigurationSection section)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            return [Parse(section.Path, section.Value)];
        }

        var endPoints = new List<EndPoint>();
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw new KeyNotFoundException(
                    $"The endpoint configuration section for service '{service}' endpoint '{section.Key}' has non-numeric keys.");
            }

            if (!string.IsNullOrWhiteSpace(child.Value))
            {
                endPoints.Add(Parse(child.Path, child.Value));
            }
        }

        return endPoints;
    }

    private static EndPoint Parse(string path, string value)
    {
        if (value.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(value, UriKind.Absolute, out Uri? uri))
        {
            return new UriEndPoint(uri);
        }

        if (IPEndPoint.TryParse(value, out IPEndPoint? address))
        {
            return address;
        }

        return Uri.TryCreate("name://" + value, UriKind.Absolute, out Uri? name) && name.Host.Length > 0
            ? new DnsEndPoint(name.Host, Math.Max(name.Port, 0))
            : throw new InvalidOperationException($"The value '{value}' of {path} is neither a URL nor host:port.");
    }
}
