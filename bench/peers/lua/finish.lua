-- KEYS: the hold. ARGV: its number, the state it shall have (1 committed, 2 released), now in ms.
-- Answers the state it is in.
local hold = redis.call('HMGET', KEYS[1], 'state', 'deadline', 'sku', 'quantity')
if not hold[1] then
    return -1
end
if hold[1] ~= '0' or tonumber(hold[2]) <= tonumber(ARGV[3]) then
    return tonumber(hold[1])
end
redis.call('HSET', KEYS[1], 'state', ARGV[2])
redis.call('ZREM', 'due', ARGV[1])
if ARGV[2] == '2' then
    redis.call('HINCRBY', 'stock:' .. hold[3], 'available', hold[4])
end
return tonumber(ARGV[2])
