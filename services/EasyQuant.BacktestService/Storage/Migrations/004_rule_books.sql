-- Rule books of projects; added, never changed.
create table rule_books(
    project_id text not null,
    version text not null,
    -- JSON as of EasyQuant.Domain.RuleBookJson.
    content text not null,
    rule_count int not null,
    create_time timestamptz not null default clock_timestamp(),
    primary key (project_id, version)
);
