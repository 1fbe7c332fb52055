using EasyQuant.Persistence.Migrations;
using Npgsql;

namespace EasyQuant.MonitorService.Storage;

/// <summary>Brings the schema up to date before anything else of the service starts.</summary>
internal sealed class SchemaStart(NpgsqlDataSource dataSource) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) =>
        Migrator.ApplyAsync(dataSource, WorkerStore.Schema, typeof(SchemaStart).Assembly, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
