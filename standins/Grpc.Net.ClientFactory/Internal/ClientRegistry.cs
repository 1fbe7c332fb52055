namespace Grpc.Net.ClientFactory.Internal;

/// <summary>Which names are registered with which client types; filled while services are configured.</summary>
internal sealed class ClientRegistry
{
    private readonly Dictionary<string, Type> _types = new(StringComparer.Ordinal);

    internal void Add(string name, Type type)
    {
        if (_types.TryGetValue(name, out Type? other) && other != type)
        {
            throw new InvalidOperationException(
                $"The gRPC client factory already has a registered client with the name '{name}', bound to the type '{other}'. "
                + "Client names are computed from the type name without its namespace; "
                + "use an overload of AddGrpcClient that takes a name.");
        }

        _types[name] = type;
    }

    internal bool IsRegistered(string name, Type type) => _types.TryGetValue(name, out Type? known) && known == type;

    internal bool IsRegistered(string? name) => name is not null && _types.ContainsKey(name);
}
