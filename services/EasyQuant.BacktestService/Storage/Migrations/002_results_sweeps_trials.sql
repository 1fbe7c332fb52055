-- A sweep waits, is claimed, renewed and ended like a backtest, so both are rows of one table.
alter table backtests add column kind text not null default 'backtest' check (kind in ('backtest', 'sweep'));
alter table backtests add column family text not null default '';
alter table backtests add column start_time timestamptz;
alter table backtests add column fault_count bigint not null default 0;
-- Of a sweep: its trials in all, those that have ended, those that failed.
alter table backtests add column trial_count int not null default 0;
alter table backtests add column done_count int not null default 0;
alter table backtests add column failed_count int not null default 0;
update backtests set family = strategy;
drop index backtests_newest;
create index backtests_newest on backtests(project_id, kind, backtest_id desc);

-- Results in pieces: a page reads only the pieces that it shares.
create table result_chunks(
    backtest_id uuid not null references backtests(backtest_id) on delete cascade,
    -- equity, trades, orders, fills or faults.
    table_name text not null,
    first_row bigint not null check (first_row >= 0),
    row_count int not null check (row_count >= 0),
    -- Table file (EasyQuant.Data.TableFile) of these rows.
    content bytea not null,
    primary key (backtest_id, table_name, first_row)
);
alter table result_chunks alter column content set storage external;

-- The row count of a table file stands in its bytes 16 to 23, little endian; larger ones than 2^31 were never written.
insert into result_chunks(backtest_id, table_name, first_row, row_count, content)
select backtest_id, name, 0,
    get_byte(content, 16) + (get_byte(content, 17) << 8) + (get_byte(content, 18) << 16) + (get_byte(content, 19) << 24), content
from (select backtest_id, 'equity' as name, equity as content from results union all select backtest_id, 'trades', trades from results) r;
drop table results;

-- Sources of users, each stored and compiled once.
create table sources(
    project_id text not null,
    -- Of the source's UTF-8 text, lower-case hexadecimal.
    sha256 text not null,
    source text not null,
    class_name text not null,
    -- JSON of the constructor parameters.
    parameters text not null,
    assembly bytea not null,
    symbols bytea not null,
    create_time timestamptz not null default clock_timestamp(),
    primary key (project_id, sha256)
);

create table sweep_trials(
    sweep_id uuid not null references backtests(backtest_id) on delete cascade,
    trial int not null check (trial >= 0),
    -- JSON of all parameters.
    parameters jsonb not null,
    -- JSON of the figures; null when it failed.
    metrics jsonb,
    error_reason text,
    error_message text,
    -- Doubles, little endian, oldest first: what the probability of overfitting is computed from. Null in sweeps too large for that.
    daily_returns bytea,
    primary key (sweep_id, trial),
    check ((metrics is null) = (error_reason is not null))
);

-- The trial ledger. Rows are added, never changed.
create table trials(
    project_id text not null,
    -- SHA-256 of the manifest.
    key text not null,
    family text not null,
    data_sha256 text not null,
    first_date date not null,
    last_date date not null,
    sharpe double precision not null,
    return_count int not null,
    skewness double precision not null,
    kurtosis double precision not null,
    parameters text not null,
    trial_id uuid not null,
    create_time timestamptz not null default clock_timestamp(),
    primary key (project_id, family, key)
);
create index trials_newest on trials(project_id, family, trial_id desc);
