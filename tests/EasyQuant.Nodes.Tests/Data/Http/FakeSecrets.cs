using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Data.Http;

/// <summary>One secret named <c>token</c>, whose value a test replaces; counts how often it is read.</summary>
internal sealed class FakeSecrets(string value, IReadOnlyList<string>? hosts) : ISecretSource
{
    public string Value { get; set; } = value;

    public int ReadCount { get; private set; }

    public ValueTask<SecretValue> ReadAsync(string name, CancellationToken cancellationToken)
    {
        ReadCount++;
        return name == "token"
            ? ValueTask.FromResult(new SecretValue(name, Value, hosts))
            : throw new NodeException("SECRET_NOT_FOUND", $"The project has no secret '{name}'.");
    }
}
