namespace EasyQuant.Services.Tests.Workflow;

[CollectionDefinition(Name)]
public sealed class WorkflowServers : ICollectionFixture<WorkflowFixture>
{
    public const string Name = "workflow";
}
