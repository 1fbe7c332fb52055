using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>Figures that belong together on a page.</summary>
/// <param name="TitleEn">Title, English.</param>
/// <param name="TitleZh">Title, 中文.</param>
/// <param name="Figures">The figures in order.</param>
public sealed record FigureGroup(string TitleEn, string TitleZh, ImmutableArray<Figure> Figures);
