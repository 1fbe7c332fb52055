namespace EasyQuant.Flow;

/// <summary>Marks a template parameter whose members may be references to secrets (<c>x-secrets</c>), as <see cref="SecretReference"/> reads them.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class SecretReferencesAttribute : Attribute
{
}
