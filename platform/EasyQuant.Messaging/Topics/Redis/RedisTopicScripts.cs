using StackExchange.Redis;

namespace EasyQuant.Messaging.Topics.Redis;

/// <summary>
/// Keys of a topic and the scripts that work on them, each one atomic. Every group has its own stream with one Redis consumer group <c>g</c>; what is acked is deleted,
/// so that the length of the stream is what waits or is held. The braces keep all keys of a topic on one node of a cluster.
/// </summary>
internal sealed class RedisTopicScripts(string topic)
{
    public const string Refused = "refused";
    public const string Unroutable = "unroutable";
    public const string Stored = "stored";

    // KEYS: definition, groups. ARGV: prefix, definition, groups...
    public const string Declare =
        """
        local have = redis.call('GET', KEYS[1])
        if have and have ~= ARGV[2] then return have end
        redis.call('SET', KEYS[1], ARGV[2])
        for i = 3, #ARGV do
            redis.pcall('XGROUP', 'CREATE', ARGV[1] .. 'g:' .. ARGV[i], 'g', '0', 'MKSTREAM')
            redis.call('SADD', KEYS[2], ARGV[i])
        end
        return ''
        """;

    // KEYS: definition, groups. ARGV: prefix, groups...
    public const string Delete =
        """
        for i = 2, #ARGV do
            redis.call('DEL', ARGV[1] .. 'g:' .. ARGV[i], ARGV[1] .. 'bytes:' .. ARGV[i])
            redis.call('SREM', KEYS[2], ARGV[i])
        end
        if redis.call('SCARD', KEYS[2]) == 0 then redis.call('DEL', KEYS[1]) end
        return ''
        """;

    // KEYS: definition, groups. ARGV: prefix, length_max, bytes_max, id, project, run, traceparent, body, schema version. A full group refuses for all: nothing is dropped.
    public const string Send =
        """
        local groups = redis.call('SMEMBERS', KEYS[2])
        if #groups == 0 then return 'unroutable' end
        for _, g in ipairs(groups) do
            local bytes = tonumber(redis.call('GET', ARGV[1] .. 'bytes:' .. g) or '0')
            if redis.call('XLEN', ARGV[1] .. 'g:' .. g) >= tonumber(ARGV[2]) or bytes + #ARGV[8] > tonumber(ARGV[3]) then return 'refused' end
        end
        for _, g in ipairs(groups) do
            redis.call('XADD', ARGV[1] .. 'g:' .. g, '*', 'i', ARGV[4], 'p', ARGV[5], 'r', ARGV[6], 't', ARGV[7], 'b', ARGV[8], 'v', ARGV[9])
            redis.call('INCRBY', ARGV[1] .. 'bytes:' .. g, #ARGV[8])
        end
        redis.call('PUBLISH', ARGV[1] .. 'new', '')
        return 'stored'
        """;

    // KEYS: stream, bytes. ARGV: member, count, idle milliseconds. Chunks of dead members and returned ones first, however often they came: nothing is given up here.
    public const string Fetch =
        """
        local out = {}
        local claimed = redis.call('XAUTOCLAIM', KEYS[1], 'g', ARGV[1], ARGV[3], '0-0', 'COUNT', ARGV[2])
        for _, e in ipairs(claimed[2]) do
            local before = redis.call('XPENDING', KEYS[1], 'g', e[1], e[1], 1)[1][4] - 1
            out[#out + 1] = {e[1], before, e[2]}
        end
        if #out < tonumber(ARGV[2]) then
            local fresh = redis.call('XREADGROUP', 'GROUP', 'g', ARGV[1], 'COUNT', ARGV[2] - #out, 'STREAMS', KEYS[1], '>')
            if fresh then
                for _, e in ipairs(fresh[1][2]) do out[#out + 1] = {e[1], 0, e[2]} end
            end
        end
        return out
        """;

    // KEYS: stream, bytes. ARGV: member, id, bytes of the body, which are not read again for it.
    public const string Ack =
        """
        if #redis.call('XPENDING', KEYS[1], 'g', ARGV[2], ARGV[2], 1, ARGV[1]) == 0 then return 0 end
        redis.call('XACK', KEYS[1], 'g', ARGV[2])
        if redis.call('XDEL', KEYS[1], ARGV[2]) == 1 then redis.call('DECRBY', KEYS[2], ARGV[3]) end
        return 1
        """;

    // KEYS: stream. ARGV: member, prefix, ids... Long idle under a name that nobody has, they are claimed by the next member that looks.
    public const string Return =
        """
        local returned = 0
        for i = 3, #ARGV do
            if #redis.call('XPENDING', KEYS[1], 'g', ARGV[i], ARGV[i], 1, ARGV[1]) > 0 then
                redis.call('XCLAIM', KEYS[1], 'g', '!returned', 0, ARGV[i], 'IDLE', 86400000, 'JUSTID')
                returned = returned + 1
            end
        end
        if returned > 0 then redis.call('PUBLISH', ARGV[2] .. 'new', '') end
        return returned
        """;

    // KEYS: stream. ARGV: member, ids... A sign of life: what is held counts as not idle.
    public const string Keep =
        """
        for i = 2, #ARGV do
            if #redis.call('XPENDING', KEYS[1], 'g', ARGV[i], ARGV[i], 1, ARGV[1]) > 0 then
                redis.call('XCLAIM', KEYS[1], 'g', ARGV[1], 0, ARGV[i], 'JUSTID')
            end
        end
        return 0
        """;

    // KEYS: stream. What nobody holds, and the members.
    public const string Depth =
        """
        local members = 0
        for _, m in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], 'g')) do
            if m[2] ~= '!returned' then members = members + 1 end
        end
        return {redis.call('XLEN', KEYS[1]) - redis.call('XPENDING', KEYS[1], 'g')[1], members}
        """;

    public string Prefix { get; } = $"eq:{{{topic}}}:";

    public RedisKey[] TopicKeys => [Prefix + "definition", Prefix + "groups"];

    public string Channel => Prefix + "new";

    public string Stream(string group) => $"{Prefix}g:{group}";

    public RedisKey[] GroupKeys(string group) => [Stream(group), $"{Prefix}bytes:{group}"];
}
