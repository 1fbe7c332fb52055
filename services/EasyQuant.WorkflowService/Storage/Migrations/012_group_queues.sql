-- Whether the queues of a start are still to be deleted, which happens some time after its end. Starts that ended long ago have none;
-- of those that have just ended an older Runner may have deleted them, and deleting them once more is harmless.
alter table group_starts add column has_queues boolean not null default true;
update group_starts set has_queues = false where end_time < clock_timestamp() - interval '1 day';
create index group_starts_queues on group_starts(end_time) where has_queues and state not in (1, 2);
