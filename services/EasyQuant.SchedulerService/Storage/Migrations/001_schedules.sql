create table schedules(
    schedule_id uuid primary key,
    project_id text not null,
    name text not null,
    request_id text not null,
    definition text not null,
    is_paused boolean not null default false,
    pause_cause text not null default '',
    pause_until timestamptz,
    next_nominal timestamptz,
    last_nominal timestamptz,
    failure_count int not null default 0,
    create_time timestamptz not null default clock_timestamp(),
    delete_time timestamptz
) with (fillfactor = 80);
create unique index schedules_name on schedules(project_id, name) where delete_time is null;
create unique index schedules_request on schedules(project_id, request_id) where request_id <> '';
create index schedules_due on schedules(next_nominal) where delete_time is null and next_nominal is not null;

-- One row a nominal time, however many replicas fire. State: skipped, waiting, pending (run not yet created), active, done, rejected.
create table firings(
    schedule_id uuid not null,
    nominal_time timestamptz not null,
    project_id text not null,
    schedule_name text not null,
    decision text not null,
    state text not null,
    covered_count int not null default 1,
    covered_until timestamptz not null,
    is_manual boolean not null default false,
    request_id uuid not null,
    workflow_name text not null,
    workflow_version int not null,
    inputs text not null,
    decide_time timestamptz not null default clock_timestamp(),
    next_try_time timestamptz not null,
    attempt_count int not null default 0,
    is_cancel_requested boolean not null default false,
    run_id text not null default '',
    run_state int not null default 0,
    run_sequence bigint not null default 0,
    run_start_time timestamptz,
    run_end_time timestamptz,
    track_time timestamptz not null default clock_timestamp(),
    error text not null default '',
    primary key(schedule_id, nominal_time)
) with (fillfactor = 80);
create unique index firings_request on firings(request_id);
create index firings_pending on firings(next_try_time) where state = 'pending';
create index firings_open on firings(schedule_id, nominal_time) where state in ('waiting', 'pending', 'active');
create index firings_active on firings(track_time) where state = 'active';
create index firings_cancel on firings(schedule_id) where is_cancel_requested;
create index firings_decide on firings(decide_time);
