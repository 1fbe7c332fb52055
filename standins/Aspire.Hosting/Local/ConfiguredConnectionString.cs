using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Local;

/// <summary>A server that somebody else runs, known by its connection string.</summary>
internal sealed class ConfiguredConnectionString(string name, IConfiguration configuration) : Resource(name), IResourceWithConnectionString
{
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Value);

    public string Value => configuration.GetConnectionString(Name) is { Length: > 0 } value
        ? value
        : throw new DistributedApplicationException(
            $"The connection string '{Name}' has no value. Set ConnectionStrings:{Name}, for example with the environment variable ConnectionStrings__{Name}.");
}
