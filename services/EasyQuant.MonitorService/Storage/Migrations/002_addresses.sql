-- Workers that the platform dials, and why a worker takes nothing.
alter table workers add column refusal text not null default '';

create table worker_addresses(
    project_id text not null,
    address text collate "C" not null,
    tls boolean not null,
    worker_name text not null default '',
    connected boolean not null default false,
    last_error text not null default '',
    create_time timestamptz not null default clock_timestamp(),
    -- The replica that dials, for as long as it says so.
    dialer text not null default '',
    dial_until timestamptz not null default '-infinity',
    primary key(project_id, address)
);
