create sequence worker_epochs;

create table workers(
    worker_key uuid primary key default gen_random_uuid(),
    project_id text not null,
    name text not null,
    worker_id text not null,
    host text not null,
    process_id int not null,
    version text not null,
    region text not null,
    labels jsonb not null,
    capacity int not null,
    node_types text[] not null,
    epoch bigint not null,
    status text not null,
    is_draining boolean not null default false,
    change_count bigint not null default 0,
    register_time timestamptz not null,
    heartbeat_time timestamptz not null,
    has_load boolean not null default false,
    cpu_ratio double precision not null default 0,
    memory_bytes bigint not null default 0,
    running_count int not null default 0,
    succeeded_count bigint not null default 0,
    failed_count bigint not null default 0,
    unique(project_id, name)
) with (fillfactor = 70);
create index workers_silent on workers(heartbeat_time) where status = 'online';

create table load_samples(
    worker_key uuid not null references workers on delete cascade,
    sample_time timestamptz not null,
    cpu_ratio double precision not null,
    memory_bytes bigint not null,
    running_count int not null,
    succeeded_count bigint not null,
    failed_count bigint not null,
    primary key(worker_key, sample_time)
);
create index load_samples_time on load_samples(sample_time);
