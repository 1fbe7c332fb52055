-- Parked chunks as the Runners tell of them; the chunks themselves lie in the schema of the data.

create table group_dead_letters(
    start_id uuid not null references group_starts,
    group_id text collate "C" not null,
    dead_letter_id bigint not null,
    reason text collate "C" not null,
    -- Number of the protobuf enum DeadLetterState.
    state smallint not null,
    last_time timestamptz not null,
    -- Protobuf: DeadLetter.
    letter bytea not null,
    primary key (start_id, group_id, dead_letter_id)
);
