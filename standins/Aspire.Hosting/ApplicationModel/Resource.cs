namespace Aspire.Hosting.ApplicationModel;

/// <summary>Base of all resources.</summary>
public abstract class Resource : IResource
{
    /// <summary>Creates a resource.</summary>
    /// <param name="name">Letters, digits and hyphens, at most 64, beginning with a letter.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    protected Resource(string name)
    {
        if (name is not { Length: > 0 and <= 64 } || !char.IsAsciiLetter(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            throw new ArgumentException($"A resource name has letters, digits and hyphens, at most 64, and begins with a letter; was '{name}'.", nameof(name));
        }

        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ResourceAnnotationCollection Annotations { get; } = [];
}
