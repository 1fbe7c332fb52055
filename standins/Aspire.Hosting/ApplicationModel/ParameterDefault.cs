namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes the value of a parameter that nobody gave.</summary>
public abstract class ParameterDefault
{
    /// <summary>Returns a value; the AppHost keeps it for the next start.</summary>
    /// <returns>Not empty.</returns>
    public abstract string GetDefaultValue();
}
