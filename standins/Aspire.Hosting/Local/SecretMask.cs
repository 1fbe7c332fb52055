using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>
/// Takes secrets out of what people see: values of secret parameters, also inside of connection strings and escaped for addresses, and passwords of
/// configured connection strings. Thread-safe once made.
/// </summary>
internal sealed class SecretMask
{
    private const string Hidden = "********";
    private static readonly string[] s_passwordKeys = ["password", "pwd"];
    private readonly List<string> _secrets = [];

    public SecretMask(DistributedApplicationModel model, params string[] more)
    {
        foreach (IResource resource in model.Resources)
        {
            try
            {
                switch (resource)
                {
                    case ParameterResource { Secret: true } parameter:
                        Add(parameter.Value);
                        break;
                    case ConfiguredConnectionString configured:
                        AddPasswords(configured.Value);
                        break;
                    default:
                        break;
                }
            }
            catch (DistributedApplicationException)
            {
                // A secret without value hides nothing.
            }
        }

        Array.ForEach(more, Add);
        // The longest first: one may be a part of another.
        _secrets.Sort((a, b) => b.Length.CompareTo(a.Length));
    }

    public string? Apply(string? text)
    {
        if (text is null)
        {
            return null;
        }

        foreach (string secret in _secrets)
        {
            text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        }

        return text;
    }

    private void Add(string secret)
    {
        if (secret.Length > 0)
        {
            _secrets.Add(secret);
            _secrets.Add(Uri.EscapeDataString(secret));
        }
    }

    private void AddPasswords(string connectionString)
    {
        if (Uri.TryCreate(connectionString, UriKind.Absolute, out Uri? address) && address.UserInfo.Split(':', 2) is [_, { Length: > 0 } password])
        {
            Add(Uri.UnescapeDataString(password));
            return;
        }

        foreach (string part in connectionString.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=', 2) is [string key, string value] && s_passwordKeys.Contains(key.Trim(), StringComparer.OrdinalIgnoreCase))
            {
                Add(value.Trim());
            }
        }
    }
}
