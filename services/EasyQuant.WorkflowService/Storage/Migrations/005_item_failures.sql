-- Attempts of an item that failed since somebody last asked for it: the bound of attempts holds over take-overs of the run.

alter table run_items add column failures int not null default 0;
