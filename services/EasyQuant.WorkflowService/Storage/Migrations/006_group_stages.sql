-- What the nodes of a replica's chain did, by epoch of its run: a new owner counts from zero.

create table group_stages(
    run_id uuid not null,
    epoch bigint not null,
    start_id uuid not null,
    group_id text collate "C" not null,
    -- Protobuf: ReportGroupSumsRequest with nothing but stages.
    stages bytea not null,
    primary key (run_id, epoch)
);
create index group_stages_start on group_stages(start_id);
