-- Which workers may take the replicas of a start. Protobuf: RunPlacement; null for any worker.

alter table group_starts add column placement bytea;
