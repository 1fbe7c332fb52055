-- Workflows, runs and jobs. Enum columns hold the numbers of the protobuf enums; bytea columns hold protobuf messages.

-- Fencing tokens of leases. Logged: it may skip after a crash but never goes back.
create sequence epochs as bigint;

create table workflows(
    workflow_id uuid primary key,
    project_id text not null,
    name text collate "C" not null,
    latest_version int not null,
    request_id uuid,
    create_time timestamptz not null,
    archive_time timestamptz
);
create unique index workflows_live_name on workflows(project_id, name) where archive_time is null;
create unique index workflows_request on workflows(project_id, request_id) where request_id is not null;
create index workflows_name on workflows(project_id, name, create_time desc);

create table workflow_versions(
    workflow_id uuid not null references workflows,
    version int not null,
    project_id text not null,
    definition text not null,
    definition_hash text not null,
    create_time timestamptz not null,
    actor text not null,
    primary key (workflow_id, version)
);

-- What Runners can execute. The catalogue belongs to the installation: project_id is '*'.
create table node_definitions(
    project_id text not null,
    type text not null,
    definition bytea not null,
    runner_version text not null,
    update_time timestamptz not null,
    primary key (project_id, type)
);

create table runs(
    run_id uuid primary key,
    project_id text not null,
    workflow_id uuid not null,
    workflow_name text not null,
    workflow_version int not null,
    sub_workflows text not null default '',
    state smallint not null default 1,
    priority smallint not null,
    create_time timestamptz not null,
    queue_time timestamptz not null,
    hint_time timestamptz not null default clock_timestamp(),
    start_time timestamptz,
    end_time timestamptz,
    lease_until timestamptz,
    epoch bigint not null default 0,
    seed bigint not null,
    event_sequence bigint not null,
    crash_count int not null default 0,
    finished_step_count int not null default 0,
    step_count int not null,
    cancel_requested boolean not null default false,
    pause_requested boolean not null default false,
    cancel_cause text not null default '',
    worker_id text not null default '',
    job_name text not null,
    actor text not null,
    only_node_id text not null,
    trace_id text not null,
    traceparent text not null,
    request_id uuid,
    request_hash bytea,
    retry_request_id uuid,
    labels text not null,
    inputs bytea not null,
    pinned_inputs bytea,
    outputs bytea,
    error bytea
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);
create unique index runs_request on runs(project_id, request_id) where request_id is not null;
create index runs_queued on runs(priority desc, queue_time, run_id) where state = 1;
create index runs_leased on runs(run_id) where state = 2;
create index runs_newest on runs(project_id, create_time desc, run_id desc);
create index runs_of_workflow on runs(project_id, workflow_name, create_time desc, run_id desc);
create index runs_of_job on runs(project_id, job_name, create_time desc, run_id desc) where job_name <> '';
create index runs_active on runs(project_id, create_time desc, run_id desc) where state in (1, 2, 3);
create index runs_broken on runs(project_id, create_time desc, run_id desc) where state in (5, 6);

-- A step appears with its first report; before that it is pending.
create table steps(
    run_id uuid not null,
    node_id text not null,
    project_id text not null,
    position int not null,
    state smallint not null,
    attempt int not null,
    attempt_base int not null default 0,
    step bytea not null,
    primary key (run_id, node_id)
) with (fillfactor = 90);

-- The history, a row for all events of one transaction.
create table run_events(
    run_id uuid not null,
    last_sequence bigint not null,
    first_sequence bigint not null,
    project_id text not null,
    events bytea not null,
    primary key (run_id, last_sequence)
);

create table jobs(
    project_id text not null,
    name text collate "C" not null,
    request_id uuid,
    job bytea not null,
    create_time timestamptz not null,
    primary key (project_id, name)
);
