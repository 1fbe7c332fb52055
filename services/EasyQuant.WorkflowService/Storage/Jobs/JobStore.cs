using EasyQuant.Contracts.Job.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf;
using Grpc.Core;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Jobs;

/// <summary>Stores jobs. Thread-safe.</summary>
internal sealed class JobStore(NpgsqlDataSource dataSource)
{
    /// <summary>Stores a job; the same request again returns the stored one.</summary>
    public Task<Job> CreateAsync(string projectId, Job job, Guid? requestId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "jobs.create",
            async (connection, token) =>
            {
                await using NpgsqlCommand insert = Pg.Command(
                    connection,
                    "insert into workflow.jobs(project_id, name, request_id, job, create_time) values ($1, $2, $3, $4, $5) on conflict do nothing",
                    Pg.P(projectId), Pg.P(job.Name), Pg.OrNull(requestId), Pg.OrNull(job.ToByteArray()), Pg.P(job.CreateTime.ToDateTimeOffset()));
                if (await insert.ExecuteNonQueryAsync(token) == 1)
                {
                    return job;
                }

                await using NpgsqlCommand select = Pg.Command(
                    connection, "select request_id, job from workflow.jobs where project_id = $1 and name = $2", Pg.P(projectId), Pg.P(job.Name));
                await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(token);
                if (await reader.ReadAsync(token) && requestId is not null && !reader.IsDBNull(0) && reader.GetGuid(0) == requestId)
                {
                    return Job.Parser.ParseFrom(reader.GetFieldValue<byte[]>(1));
                }

                throw new RpcError(StatusCode.AlreadyExists, "JOB_EXISTS", $"There is a job '{job.Name}' already.");
            },
            cancellationToken);

    /// <summary>Reads a job.</summary>
    /// <exception cref="RpcError">NotFound JOB_NOT_FOUND.</exception>
    public Task<Job> GetAsync(string projectId, string name, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection, "select job from workflow.jobs where project_id = $1 and name = $2", Pg.P(projectId), Pg.P(name));
                return await command.ExecuteScalarAsync(token) is byte[] bytes
                    ? Job.Parser.ParseFrom(bytes)
                    : throw RpcError.NotFound("JOB_NOT_FOUND", $"There is no job '{name}'.");
            },
            cancellationToken);

    /// <summary>Reads a page of jobs by name, starting after a name.</summary>
    public Task<List<Job>> ListAsync(string projectId, string afterName, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                var jobs = new List<Job>();
                await using NpgsqlCommand command = Pg.Command(
                    connection,
                    "select job from workflow.jobs where project_id = $1 and name > $2 order by name limit $3",
                    Pg.P(projectId), Pg.P(afterName), Pg.P(countMax));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    jobs.Add(Job.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)));
                }

                return jobs;
            },
            cancellationToken);

    /// <summary>Deletes a job; nothing happens when there is none.</summary>
    public Task<int> DeleteAsync(string projectId, string name, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "jobs.delete",
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection, "delete from workflow.jobs where project_id = $1 and name = $2", Pg.P(projectId), Pg.P(name));
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    /// <summary>Reads how the latest ended runs of a job did, newest first, at most 100.</summary>
    public Task<List<EndedRun>> ReadEndedAsync(string projectId, string name, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                var ended = new List<EndedRun>();
                await using NpgsqlCommand command = Pg.Command(
                    connection,
                    """
                    select state, coalesce(start_time, create_time), end_time from workflow.runs
                    where project_id = $1 and job_name = $2 and job_name <> '' and state in (4, 5, 6)
                    order by create_time desc, run_id desc limit 100
                    """,
                    Pg.P(projectId), Pg.P(name));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    ended.Add(new EndedRun((RunState)reader.GetInt16(0), reader.GetDateTime(2) - reader.GetDateTime(1)));
                }

                return ended;
            },
            cancellationToken);
}
