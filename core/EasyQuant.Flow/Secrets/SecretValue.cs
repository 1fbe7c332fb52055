namespace EasyQuant.Flow;

/// <summary>A secret at the moment of its use. It is kept nowhere and shows no value as text.</summary>
public sealed class SecretValue
{
    /// <summary>Creates it.</summary>
    /// <param name="name">Name of the secret.</param>
    /// <param name="value">The value.</param>
    /// <param name="hosts">Servers that may receive it, as <see cref="SecretHosts"/> reads them; null when whoever runs the workflow gave the value himself.</param>
    public SecretValue(string name, string value, IReadOnlyList<string>? hosts)
    {
        Name = name;
        Value = value;
        Hosts = hosts;
    }

    /// <summary>Name of the secret.</summary>
    public string Name { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>Servers that may receive it; null when whoever runs the workflow gave the value himself.</summary>
    public IReadOnlyList<string>? Hosts { get; }

    /// <summary>The name; never the value.</summary>
    public override string ToString() => $"secret {Name}";
}
