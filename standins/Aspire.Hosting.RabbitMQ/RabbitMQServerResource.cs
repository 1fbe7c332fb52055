using System.Globalization;
using Aspire.Hosting.Local;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A RabbitMQ broker.</summary>
/// <param name="name">Name of the resource.</param>
/// <param name="userName">The administrator; null means guest.</param>
/// <param name="password">The administrator's password.</param>
public sealed class RabbitMQServerResource(string name, ParameterResource? userName, ParameterResource password)
    : Resource(name), IResourceWithConnectionString, IResourceWithEndpoints, IConnectionProperties
{
    /// <summary>The endpoint <c>tcp</c>.</summary>
    public EndpointReference PrimaryEndpoint => new(this, "tcp");

    /// <summary>The administrator; null means guest.</summary>
    public ParameterResource? UserNameParameter => userName;

    /// <summary>The administrator's password.</summary>
    public ParameterResource PasswordParameter => password;

    internal string UserName => userName?.Value ?? "guest";

    IEnumerable<(string Part, string Value)> IConnectionProperties.ConnectionProperties =>
    [
        ("HOST", "127.0.0.1"),
        ("PORT", PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture)),
        ("USERNAME", UserName),
        ("PASSWORD", password.Value),
        ("URI", Address()),
    ];

    /// <inheritdoc/>
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<string?>(Address());

    private string Address() => string.Create(
        CultureInfo.InvariantCulture,
        $"amqp://{Uri.EscapeDataString(UserName)}:{Uri.EscapeDataString(password.Value)}@127.0.0.1:{PrimaryEndpoint.Port}");
}
