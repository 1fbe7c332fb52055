-- Of a backtest that succeeded: JSON of its Sharpe ratio against the trials of its family and window that the ledger held at its end, itself among them.
-- Null for sweeps and bias checks, and for backtests that ended before this column was there: how many trials were known then is not.
alter table backtests add column trials text;
