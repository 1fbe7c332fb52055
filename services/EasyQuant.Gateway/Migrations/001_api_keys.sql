-- API keys. The secret itself is never stored: secret_hash is SHA-256 of its 32 random bytes.
create table api_keys (
  key_id uuid primary key,
  project_id text not null check (project_id ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  name text not null check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  prefix text not null unique check (prefix ~ '^[0-9a-f]{12}$'),
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  -- Numbers of easyquant.access.v1.Scope, ascending.
  scopes int[] not null check (cardinality(scopes) between 1 and 5),
  actor text not null,
  create_time timestamptz not null,
  expire_time timestamptz,
  revoke_time timestamptz,
  last_use_time timestamptz
);

create unique index api_keys_name on api_keys (project_id, name) where revoke_time is null;
create index api_keys_page on api_keys (project_id, create_time desc, key_id desc);
