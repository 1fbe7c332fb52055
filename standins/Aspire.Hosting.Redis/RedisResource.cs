using System.Globalization;
using Aspire.Hosting.Local;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis server.</summary>
/// <param name="name">Name of the resource.</param>
/// <param name="password">Password of its clients.</param>
public sealed class RedisResource(string name, ParameterResource password)
    : Resource(name), IResourceWithConnectionString, IResourceWithEndpoints, IConnectionProperties
{
    /// <summary>The endpoint <c>tcp</c>.</summary>
    public EndpointReference PrimaryEndpoint => new(this, "tcp");

    /// <summary>Password of its clients.</summary>
    public ParameterResource? PasswordParameter => password;

    IEnumerable<(string Part, string Value)> IConnectionProperties.ConnectionProperties =>
    [
        ("HOST", "127.0.0.1"),
        ("PORT", PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture)),
        ("PASSWORD", password.Value),
        ("URI", string.Create(CultureInfo.InvariantCulture, $"redis://:{Uri.EscapeDataString(password.Value)}@127.0.0.1:{PrimaryEndpoint.Port}")),
    ];

    /// <inheritdoc/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<string?>(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{PrimaryEndpoint.Port},password={password.Value}"));
}
