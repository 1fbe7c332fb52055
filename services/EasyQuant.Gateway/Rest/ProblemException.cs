namespace EasyQuant.Gateway.Rest;

/// <summary>Ends the handling of a REST request with a problem.</summary>
/// <param name="problem">What to answer.</param>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    /// <summary>What to answer.</summary>
    public Problem Problem { get; } = problem;
}
