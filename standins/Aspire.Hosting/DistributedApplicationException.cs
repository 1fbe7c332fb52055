namespace Aspire.Hosting;

/// <summary>The application cannot be run as it was described.</summary>
public sealed class DistributedApplicationException : Exception
{
    /// <summary>Creates an exception.</summary>
    /// <param name="message">What is wrong and how to mend it.</param>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What is wrong and how to mend it.</param>
    /// <param name="innerException">What caused it.</param>
    public DistributedApplicationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
