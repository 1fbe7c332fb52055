using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>One part of a composite benchmark.</summary>
/// <param name="Symbol">An instrument of the panel.</param>
/// <param name="WeightPpm">Weight in millionths, above 0; the weights of a benchmark sum to 1,000,000.</param>
public readonly record struct BenchmarkPart(Symbol Symbol, long WeightPpm);
