using EasyQuant.Flow;
using EasyQuant.RunnerService.Grpc.Execution;

namespace EasyQuant.RunnerService.Projects;

/// <summary>What the runs of one project share.</summary>
/// <param name="Services">What nodes get; children are added for each run.</param>
/// <param name="Outputs">Reads and writes outputs of steps.</param>
/// <param name="Catalog">Node types.</param>
internal sealed record ProjectRoom(NodeServices Services, OutputCodec Outputs, NodeCatalog Catalog);
