namespace EasyQuant.Persistence.Streams;

/// <summary>The tables of streams in the schema of the written data, and their names in SQL.</summary>
internal sealed class StreamTables(string schema)
{
    private readonly string _schema = SqlIdentifier.Quote(schema);

    public string Streams => $"{_schema}.eq_streams";

    public string Producers => $"{_schema}.eq_stream_producers";

    public string Groups => $"{_schema}.eq_stream_groups";

    public string Counts => $"{_schema}.eq_stream_counts";

    public string Seen => $"{_schema}.eq_stream_seen";

    public string Suspects => $"{_schema}.eq_stream_suspects";

    public string Failures => $"{_schema}.eq_stream_failures";

    public string Parked => $"{_schema}.eq_stream_parked";

    // Tables of an older version have no numbers yet; altering locks the table, so it is looked first.
    private string AddNumber =>
        $"""
        do $add$ begin
            if not exists (select from pg_attribute where attrelid = '{Groups}'::regclass and attname = 'number' and not attisdropped) then
                alter table {Groups} add column number bigint generated always as identity;
            end if;
        end $add$
        """;

    // The total of a producer stands in its counters too: closing and counting then meet at one row, so that one of them sees the other.
    public string Create =>
        $"""
        create table if not exists {Streams}(
            stream text primary key, project_id text not null, topic text not null,
            state text not null default 'open' check (state in ('open', 'completed', 'aborted')), reason text not null default '',
            create_time timestamptz not null default clock_timestamp(), end_time timestamptz);
        create table if not exists {Producers}(
            stream text not null references {Streams} on delete cascade, producer int not null,
            epoch bigint not null default 0, owner text, lease_until timestamptz, start_count int not null default 0,
            next_sequence bigint not null default 0, produced bigint not null default 0, total bigint,
            primary key (stream, producer));
        create table if not exists {Groups}(
            stream text not null references {Streams} on delete cascade, consumer_group text not null,
            state text not null default 'open' check (state in ('open', 'completed', 'aborted')), end_time timestamptz,
            number bigint generated always as identity,
            primary key (stream, consumer_group));
        create table if not exists {Counts}(
            stream text not null references {Streams} on delete cascade, consumer_group text not null, producer int not null,
            total bigint, done bigint not null default 0, dead bigint not null default 0, row_count bigint not null default 0, byte_count bigint not null default 0,
            primary key (stream, consumer_group, producer)) with (fillfactor = 50);
        create table if not exists {Seen}(
            stream text not null, consumer_group text not null, producer int not null, sequence bigint not null,
            state smallint not null default 0 check (state in (0, 1, 2)),
            primary key (stream, consumer_group, producer, sequence));
        create table if not exists {Suspects}(
            stream text not null, consumer_group text not null, producer int not null, sequence bigint not null,
            attempt_count int not null, owner text not null, update_time timestamptz not null default clock_timestamp(),
            primary key (stream, consumer_group, producer, sequence));
        create table if not exists {Failures}(
            stream text not null, consumer_group text not null, producer int not null, sequence bigint not null,
            failure_count int not null, update_time timestamptz not null default clock_timestamp(),
            primary key (stream, consumer_group, producer, sequence));
        create table if not exists {Parked}(
            id bigint generated always as identity primary key,
            stream text not null, consumer_group text not null, message_id text not null, producer int, sequence bigint,
            reason text not null, detail text not null, stack_hash text not null, redelivery_count int not null,
            encoding text not null, row_count int not null, byte_count int not null, payload bytea, is_chunk boolean not null, pointer text not null,
            park_count int not null default 1, replay_count int not null default 0,
            state text not null default 'parked' check (state in ('parked', 'replaying', 'resolved')),
            first_time timestamptz not null default clock_timestamp(), last_time timestamptz not null default clock_timestamp(),
            unique (stream, consumer_group, message_id));
        {AddNumber}
        """;
}
