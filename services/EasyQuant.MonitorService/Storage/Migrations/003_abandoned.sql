-- Nodes that did not end after their cancel and keep a slot of the worker.
alter table workers add column abandoned_count int not null default 0;
