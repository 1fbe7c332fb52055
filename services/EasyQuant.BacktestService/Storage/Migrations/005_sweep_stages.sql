-- Trials of a halving search and of a walk-forward: which window (from 1; 0 without), which round (from 1; 0 without), all, in or out of sample, which days.
alter table sweep_trials add column window_number int not null default 0;
alter table sweep_trials add column round_number int not null default 0;
alter table sweep_trials add column sample text not null default 'all' check (sample in ('all', 'in', 'out'));
alter table sweep_trials add column start_date date;
alter table sweep_trials add column end_date date;
