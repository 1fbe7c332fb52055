-- Items of fan-outs, and runs that are items of other runs.

alter table runs
    add column parent_run_id uuid,
    add column root_run_id uuid,
    add column item_path text not null default '';
create index runs_of_parent on runs(parent_run_id, create_time desc, run_id desc) where parent_run_id is not null;

-- Lists show runs that people started; items are listed with their parent.
drop index runs_newest;
drop index runs_of_workflow;
drop index runs_of_job;
drop index runs_active;
drop index runs_broken;
create index runs_newest on runs(project_id, create_time desc, run_id desc) where parent_run_id is null;
create index runs_of_workflow on runs(project_id, workflow_name, create_time desc, run_id desc) where parent_run_id is null;
create index runs_of_job on runs(project_id, job_name, create_time desc, run_id desc) where job_name <> '' and parent_run_id is null;
create index runs_active on runs(project_id, create_time desc, run_id desc) where state in (1, 2, 3) and parent_run_id is null;
create index runs_broken on runs(project_id, create_time desc, run_id desc) where state in (5, 6) and parent_run_id is null;

create table fan_outs(
    run_id uuid not null,
    node_id text not null,
    project_id text not null,
    -- Grows when the items are forgotten, so that the runs of new ones are new too.
    generation int not null default 1,
    total_count int not null,
    input_hash bytea not null,
    concurrency int not null,
    mode smallint not null default 0,
    mode_reason text not null default '',
    retry_request_id uuid,
    start_time timestamptz not null,
    primary key (run_id, node_id)
);

-- An item appears with its first report; before that it is pending. Enum columns hold the numbers of the protobuf enums.
create table run_items(
    run_id uuid not null,
    node_id text not null,
    item_index int not null,
    project_id text not null,
    state smallint not null,
    attempt int not null,
    mode smallint not null,
    worker_id text not null,
    process_id int not null,
    child_run_id uuid,
    start_time timestamptz,
    elapsed_us bigint,
    epoch bigint not null,
    error bytea,
    outputs bytea,
    primary key (run_id, node_id, item_index)
);
create index run_items_open on run_items(run_id, node_id, state, item_index) where state in (2, 4, 5);
