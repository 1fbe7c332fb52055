-- A bias check waits, is claimed, renewed and ended like a backtest too; it belongs to one.
alter table backtests drop constraint backtests_kind_check;
alter table backtests add constraint backtests_kind_check check (kind in ('backtest', 'sweep', 'bias_check'));
alter table backtests add column parent_id uuid references backtests(backtest_id) on delete cascade;
alter table backtests add constraint backtests_parent_check check ((kind = 'bias_check') = (parent_id is not null));
create index backtests_parent on backtests(parent_id, backtest_id desc) where parent_id is not null;

-- Texts of a result.
create table result_documents(
    backtest_id uuid not null references backtests(backtest_id) on delete cascade,
    -- report (JSON) or tear_sheet (HTML).
    name text not null,
    content text not null,
    primary key (backtest_id, name)
);
