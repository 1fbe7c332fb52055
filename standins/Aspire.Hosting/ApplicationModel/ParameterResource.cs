namespace Aspire.Hosting.ApplicationModel;

/// <summary>A setting that comes from outside: <c>Parameters:{name}</c>, or a generated value that is kept.</summary>
public sealed class ParameterResource : Resource, IValueProvider
{
    private readonly Lazy<string> _value;

    /// <summary>Creates a parameter.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="callback">Returns the value given the default (null when there is none); called once, when first needed.</param>
    /// <param name="secret">True hides the value from the dashboard.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Secret = secret;
        _value = new Lazy<string>(() => callback(Default));
    }

    /// <summary>True when the value is hidden from the dashboard.</summary>
    public bool Secret { get; }

    /// <summary>Makes the value when nobody gave one; null when somebody must.</summary>
    public ParameterDefault? Default { get; init; }

    /// <summary>The value.</summary>
    /// <exception cref="DistributedApplicationException">Nobody gave one.</exception>
    public string Value => _value.Value;

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Value);
}
