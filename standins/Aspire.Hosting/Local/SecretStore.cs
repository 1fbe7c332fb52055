using System.Text.Json;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>Generated parameter values, kept in one file with mode 0600. Thread-safe.</summary>
internal sealed class SecretStore(string path)
{
    private readonly Lock _lock = new();

    public string GetOrAdd(string name, Func<string> create)
    {
        lock (_lock)
        {
            Dictionary<string, string> values = File.Exists(path)
                ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? []
                : [];
            if (!values.TryGetValue(name, out string? value))
            {
                value = create();
                values[name] = value;
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                PrivateDirectory.WriteFile(path, JsonSerializer.Serialize(values), owner: null);
            }

            return value;
        }
    }
}
