using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EasyQuant.BacktestSandbox.Compiling;

/// <summary>Finds what strategies may not use: every symbol and the type of every expression is looked up in <see cref="AllowedApi"/>.</summary>
/// <param name="model">Meaning of the source.</param>
internal sealed class ApiCheck(SemanticModel model)
{
    private const string Code = "EQ0001";

    /// <summary>Returns the issues below a node.</summary>
    public IEnumerable<SourceIssue> Find(SyntaxNode root)
    {
        foreach (SyntaxNode node in root.DescendantNodes(descendIntoTrivia: false))
        {
            if ((ByKind(node) ?? BySymbol(node) ?? ByType(node)) is { } message)
            {
                yield return StrategyCompiler.IssueOf(node.GetLocation(), Code, message);
            }
        }

        foreach (SyntaxToken token in root.DescendantTokens().Where(one => one.IsKind(SyntaxKind.UnsafeKeyword) || one.IsKind(SyntaxKind.ExternKeyword)))
        {
            yield return StrategyCompiler.IssueOf(token.GetLocation(), Code, $"{token.Text} is not allowed in a strategy.");
        }
    }

    private static string? ByKind(SyntaxNode node) => node switch
    {
        PointerTypeSyntax or FunctionPointerTypeSyntax or FixedStatementSyntax => "Pointers are not allowed in a strategy.",
        AwaitExpressionSyntax => "await is not allowed in a strategy: it runs on one thread.",
        MethodDeclarationSyntax method when method.Modifiers.Any(SyntaxKind.AsyncKeyword) => "async is not allowed in a strategy: it runs on one thread.",
        AnonymousFunctionExpressionSyntax function when function.AsyncKeyword.IsKind(SyntaxKind.AsyncKeyword) => "async is not allowed in a strategy: it runs on one thread.",
        LockStatementSyntax => "lock is not allowed in a strategy: it runs on one thread.",
        TypeOfExpressionSyntax => "typeof is not allowed in a strategy: reflection is closed.",
        DestructorDeclarationSyntax => "A finalizer is not allowed in a strategy.",
        AttributeListSyntax { Target.Identifier.Text: "assembly" or "module" } => "Attributes of the assembly are not allowed in a strategy.",
        ConstructorDeclarationSyntax constructor when constructor.Modifiers.Any(SyntaxKind.StaticKeyword) => "A static constructor is not allowed in a strategy.",
        FieldDeclarationSyntax field when IsMutableStatic(field.Modifiers) =>
            "A static field must be const or readonly: what a strategy remembers belongs to its instance.",
        PropertyDeclarationSyntax { AccessorList: { } accessors } property when property.Modifiers.Any(SyntaxKind.StaticKeyword)
            && accessors.Accessors.Any(one => one.IsKind(SyntaxKind.SetAccessorDeclaration)) =>
            "A static property must not have a setter: what a strategy remembers belongs to its instance.",
        _ => null,
    };

    private static bool IsMutableStatic(SyntaxTokenList modifiers) =>
        modifiers.Any(SyntaxKind.StaticKeyword) && !modifiers.Any(SyntaxKind.ReadOnlyKeyword);

    private string? BySymbol(SyntaxNode node)
    {
        if (node is not (SimpleNameSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax or ConstructorInitializerSyntax))
        {
            return null;
        }

        SymbolInfo info = model.GetSymbolInfo(node);
        ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        if (symbol is null or INamespaceSymbol or ILocalSymbol or IParameterSymbol or ITypeParameterSymbol or IRangeVariableSymbol or ILabelSymbol or IDiscardSymbol)
        {
            return null;
        }

        if (symbol is ITypeSymbol type)
        {
            return WhyNot(type);
        }

        if (symbol.ContainingType is not { } owner || IsOwn(owner))
        {
            return null;
        }

        string name = $"{owner.OriginalDefinition.ContainingNamespace.ToDisplayString()}.{owner.Name}.{symbol.Name}";
        if (AllowedApi.WhyNot(name) is { } why)
        {
            return $"{owner.Name}.{symbol.Name} is not allowed in a strategy: {why}.";
        }

        return symbol is IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.IsEmpty: true } && owner.ToDisplayString() == "System.Random"
            ? "new Random() is not allowed in a strategy: chance needs a seed, new Random(seed)."
            : WhyNot(owner);
    }

    private string? ByType(SyntaxNode node) => node is ExpressionSyntax && model.GetTypeInfo(node).Type is { } type ? WhyNot(type) : null;

    private static string? WhyNot(ITypeSymbol type) => type switch
    {
        IDynamicTypeSymbol => "dynamic is not allowed in a strategy: reflection is closed.",
        IPointerTypeSymbol or IFunctionPointerTypeSymbol => "Pointers are not allowed in a strategy.",
        IArrayTypeSymbol array => WhyNot(array.ElementType),
        ITypeParameterSymbol or IErrorTypeSymbol => null,
        INamedTypeSymbol { IsAnonymousType: true } => null,
        INamedTypeSymbol named => WhyNotNamed(named),
        _ => null,
    };

    private static string? WhyNotNamed(INamedTypeSymbol type)
    {
        if (!type.IsTupleType && !IsOwn(type))
        {
            INamedTypeSymbol outer = type;
            while (outer.ContainingType is { } container)
            {
                outer = container;
            }

            string containingNamespace = outer.ContainingNamespace.ToDisplayString();
            if (!AllowedApi.Contains(containingNamespace, outer.Name))
            {
                return $"{containingNamespace}.{outer.Name} is not allowed in a strategy.";
            }
        }

        return type.TypeArguments.Select(WhyNot).FirstOrDefault(why => why is not null);
    }

    private static bool IsOwn(INamedTypeSymbol type) => type.ContainingAssembly is { Name: "EasyQuant.UserStrategy" } || type.Locations.Any(one => one.IsInSource);
}
