-- Which worker may take a run, for how long it may run, and a queue that is read by priority within each project and target.
alter table runs
    add column target text collate "C" not null default '',
    add column fallback_target text collate "C" not null default '',
    add column fallback_time timestamptz,
    add column timeout_ms bigint;

-- The target is canonical JSON, '' for any worker; equal wishes share a stretch of the index.
drop index runs_queued;
create index runs_queued on runs(project_id, target, priority desc, queue_time, run_id) where state = 1;
create index runs_fallback on runs(fallback_time) where state = 1 and fallback_time is not null;

create function target_fits(target text, worker text, region text, labels jsonb) returns boolean language sql immutable parallel safe as
$$
    select case when target = '' then true else
        coalesce(target::jsonb ->> 'worker', worker) = worker
        and coalesce(target::jsonb ->> 'region', region) = region
        and labels @> coalesce(target::jsonb -> 'labels', '{}'::jsonb) end
$$;
