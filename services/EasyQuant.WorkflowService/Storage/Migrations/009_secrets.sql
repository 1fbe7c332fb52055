-- Secrets of projects. A value is sealed under a data key of its own, which is sealed under a key-encryption key that lies outside of the database.

create table secrets(
    project_id text collate "C" not null,
    name text collate "C" not null,
    version int not null check (version > 0),
    -- Servers that may receive the value; sealed with it as associated data.
    hosts text[] not null check (cardinality(hosts) between 1 and 20),
    -- AES-256-GCM: 12 bytes; ciphertext with its tag of 16 bytes behind it.
    nonce bytea not null check (octet_length(nonce) = 12),
    ciphertext bytea not null check (octet_length(ciphertext) between 17 and 65552),
    -- Nonce, sealed data key, tag.
    data_key bytea not null check (octet_length(data_key) = 60),
    key_id text not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    last_use_time timestamptz,
    actor text not null,
    primary key (project_id, name)
);

-- What was done to secrets, in order; rows are added only.
create table secret_audit(
    project_id text collate "C" not null,
    position bigint not null check (position > 0),
    name text collate "C" not null,
    action text not null check (action in ('set', 'delete')),
    version int not null,
    hosts text[] not null,
    request_id uuid,
    -- HMAC-SHA256 under the key-encryption key key_id over what was asked for, so that a repeated request can be told from another one.
    request_hash bytea,
    key_id text not null,
    actor text not null,
    event_time timestamptz not null,
    primary key (project_id, position)
);
create unique index secret_audit_request on secret_audit(project_id, request_id) where request_id is not null;
create index secret_audit_name on secret_audit(project_id, name, version);

create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'rows of % are added only', tg_table_name; end $$;
create trigger secret_audit_append_only before update or delete or truncate on secret_audit for each statement execute function refuse_change();
