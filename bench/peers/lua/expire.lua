-- ARGV: now in ms, how many at most. Ends what is due, oldest first; answers how many.
local due = redis.call('ZRANGEBYSCORE', 'due', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(due) do
    local name = 'hold:' .. id
    local hold = redis.call('HMGET', name, 'sku', 'quantity')
    redis.call('HSET', name, 'state', 3)
    redis.call('HINCRBY', 'stock:' .. hold[1], 'available', hold[2])
    redis.call('ZREM', 'due', id)
end
return #due
