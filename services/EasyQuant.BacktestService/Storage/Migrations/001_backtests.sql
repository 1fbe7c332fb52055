create table backtests(
    backtest_id uuid primary key,
    project_id text not null,
    request_id text,
    strategy text not null,
    -- Canonical JSON of the proto message BacktestSpec.
    spec text not null,
    state text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    -- Grows with every claim and with a cancellation: who holds an older one can finish nothing.
    epoch bigint not null default 0,
    attempt_count int not null default 0,
    lease_until timestamptz,
    progress double precision not null default 0 check (progress between 0 and 1),
    metrics text,
    manifest text,
    error_reason text,
    error_message text,
    create_time timestamptz not null default clock_timestamp(),
    end_time timestamptz,
    -- Grows with every change that a watcher sees.
    revision bigint not null default 1,
    check ((state = 'running') = (lease_until is not null)),
    check ((state in ('succeeded', 'failed', 'cancelled')) = (end_time is not null))
);

create unique index backtests_request on backtests(project_id, request_id) where request_id is not null;
create index backtests_newest on backtests(project_id, backtest_id desc);
create index backtests_waiting on backtests(backtest_id) where state in ('queued', 'running');

create table results(
    backtest_id uuid primary key references backtests(backtest_id) on delete cascade,
    -- Table files (EasyQuant.Data.TableFile).
    equity bytea not null,
    trades bytea not null
);
