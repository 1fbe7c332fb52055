using Grpc.Core;

namespace EasyQuant.GrpcInterop.Client;

/// <summary>What a case holds against what it saw.</summary>
internal static class Expect
{
    /// <summary>Two values are the same.</summary>
    /// <exception cref="InteropException">They are not.</exception>
    internal static void Same<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InteropException($"{what} should be {expected}, was {actual}.");
        }
    }

    /// <summary>A call ends with a status.</summary>
    /// <returns>The status with its text.</returns>
    /// <exception cref="InteropException">It ended well or with another status.</exception>
    internal static async Task<Status> FailsAsync(StatusCode expected, Func<Task> call, string what)
    {
        try
        {
            await call();
        }
        catch (RpcException error)
        {
            if (error.StatusCode == expected)
            {
                return error.Status;
            }

            throw new InteropException($"{what} should end with {expected}, ended with {error.StatusCode}: {error.Status.Detail}");
        }

        throw new InteropException($"{what} should end with {expected}, ended well.");
    }
}
