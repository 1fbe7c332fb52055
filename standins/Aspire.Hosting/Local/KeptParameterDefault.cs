using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>Makes a value once and keeps it in the data directory.</summary>
internal sealed class KeptParameterDefault(IDistributedApplicationBuilder builder, string name, ParameterDefault inner) : ParameterDefault
{
    public override string GetDefaultValue()
    {
        string directory = LocalOptions.DirectoryOf(builder);
        return new SecretStore(Path.Combine(directory, "secrets.json")).GetOrAdd(name, inner.GetDefaultValue);
    }
}
