using EasyQuant.Persistence.Migrations;
using EasyQuant.WorkflowService.Storage;
using Npgsql;

namespace EasyQuant.WorkflowService;

/// <summary>Brings the schema up to date before the service listens and before its workers start.</summary>
internal sealed class MigrationWorker(NpgsqlDataSource dataSource) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken) =>
        await Migrator.ApplyAsync(dataSource, Pg.Schema, typeof(MigrationWorker).Assembly, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
