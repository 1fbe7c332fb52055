namespace Grpc.Core.Utils;

/// <summary>Checks of arguments and state.</summary>
public static class GrpcPreconditions
{
    /// <summary>Refuses a wrong argument.</summary>
    /// <param name="condition">True when the argument is right.</param>
    /// <exception cref="ArgumentException">The condition is false.</exception>
    public static void CheckArgument(bool condition)
    {
        if (!condition)
        {
            throw new ArgumentException("The argument is not valid.");
        }
    }

    /// <summary>Refuses a wrong argument.</summary>
    /// <param name="condition">True when the argument is right.</param>
    /// <param name="errorMessage">What is wrong.</param>
    /// <exception cref="ArgumentException">The condition is false.</exception>
    public static void CheckArgument(bool condition, string errorMessage)
    {
        if (!condition)
        {
            throw new ArgumentException(errorMessage);
        }
    }

    /// <summary>Refuses null.</summary>
    /// <typeparam name="T">The reference.</typeparam>
    /// <param name="reference">The value to check.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public static T? CheckNotNull<T>(T? reference) => reference is null ? throw new ArgumentNullException() : reference;

    /// <summary>Refuses null.</summary>
    /// <typeparam name="T">The reference.</typeparam>
    /// <param name="reference">The value to check.</param>
    /// <param name="paramName">The name of the parameter.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public static T? CheckNotNull<T>(T? reference, string paramName) =>
        reference is null ? throw new ArgumentNullException(paramName) : reference;

    /// <summary>Refuses a call in the wrong state.</summary>
    /// <param name="condition">True when the state is right.</param>
    /// <exception cref="InvalidOperationException">The condition is false.</exception>
    public static void CheckState(bool condition)
    {
        if (!condition)
        {
            throw new InvalidOperationException();
        }
    }

    /// <summary>Refuses a call in the wrong state.</summary>
    /// <param name="condition">True when the state is right.</param>
    /// <param name="errorMessage">What is wrong.</param>
    /// <exception cref="InvalidOperationException">The condition is false.</exception>
    public static void CheckState(bool condition, string errorMessage)
    {
        if (!condition)
        {
            throw new InvalidOperationException(errorMessage);
        }
    }
}
