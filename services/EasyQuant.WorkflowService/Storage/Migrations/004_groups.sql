-- Process groups: definitions, starts, replicas. Enum columns hold the numbers of the protobuf enums.

create table process_schedulers(
    scheduler_id uuid primary key,
    project_id text not null,
    name text collate "C" not null,
    latest_version int not null,
    request_id uuid,
    create_time timestamptz not null,
    archive_time timestamptz
);
create unique index process_schedulers_live_name on process_schedulers(project_id, name) where archive_time is null;
create unique index process_schedulers_request on process_schedulers(project_id, request_id) where request_id is not null;
create index process_schedulers_name on process_schedulers(project_id, name, create_time desc);

create table process_scheduler_versions(
    scheduler_id uuid not null references process_schedulers,
    version int not null,
    project_id text not null,
    definition text not null,
    definition_hash text not null,
    create_time timestamptz not null,
    actor text not null,
    primary key (scheduler_id, version)
);

create table group_starts(
    start_id uuid primary key,
    project_id text not null,
    scheduler_id uuid not null,
    name text collate "C" not null,
    version int not null,
    state smallint not null default 1,
    priority int not null,
    create_time timestamptz not null,
    end_time timestamptz,
    actor text not null,
    request_id uuid,
    error bytea
);
create unique index group_starts_request on group_starts(project_id, request_id) where request_id is not null;
create index group_starts_newest on group_starts(project_id, create_time desc, start_id desc);
create index group_starts_of on group_starts(project_id, name, create_time desc, start_id desc);
create index group_starts_active on group_starts(create_time) where state in (1, 2);

create table group_start_groups(
    start_id uuid not null references group_starts,
    group_id text collate "C" not null,
    position int not null,
    replicas int not null,
    end_time timestamptz,
    chunk_count bigint not null default 0,
    row_count bigint not null default 0,
    byte_count bigint not null default 0,
    dead_letter_count bigint not null default 0,
    shards_done int not null default 0,
    shard_count int not null default 0,
    primary key (start_id, group_id)
);

create table group_runs(
    start_id uuid not null,
    group_id text collate "C" not null,
    replica int not null,
    run_id uuid not null,
    error_count bigint not null default 0,
    primary key (start_id, group_id, replica)
);
create unique index group_runs_run on group_runs(run_id);
