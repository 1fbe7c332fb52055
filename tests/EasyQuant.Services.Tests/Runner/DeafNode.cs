using EasyQuant.Flow;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>A node type <c>Deaf</c> for tests: it holds its thread until the test lets it go, whatever its token says, or passes at once when its input is 0.</summary>
internal sealed class DeafNode : IDisposable
{
    private static readonly LocalizedText s_text = new("Deaf", "不听取消");
    private readonly ManualResetEventSlim _isFree = new();

    /// <summary>Executions that have ended.</summary>
    public int EndedCount { get; private set; }

    /// <summary>Adds the type.</summary>
    public void AddTo(NodeCatalog catalog) => catalog.Add<NoParameters>(
        new NodeDefinitionTemplate
        {
            Type = "Deaf", Title = s_text, Category = "control", Icon = "box", Description = s_text,
            Inputs = [new PortDefinition("value", PortType.Json, s_text, Required: false)],
            Outputs = [new PortDefinition("value", PortType.Json, s_text)],
        },
        _ => new Handler(this));

    /// <summary>Lets all executions end, those to come too.</summary>
    public void LetGo() => _isFree.Set();

    public void Dispose() => _isFree.Set();

    private sealed class Handler(DeafNode owner) : INodeHandler
    {
        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
        {
            if (!execution.HasInput(0) || execution.InputJson(0)!.GetValue<double>() != 0)
            {
                owner._isFree.Wait(CancellationToken.None);
            }

            execution.SetOutput(0, 1);
            owner.EndedCount++;
            return ValueTask.CompletedTask;
        }
    }
}
