-- KEYS: reply of the key, stock of the SKU. ARGV: SKU, quantity, deadline in ms, key, fingerprint.
-- Answers the hold's number, or -1 for "not enough"; the same again for a key that was used.
local known = redis.call('HGET', KEYS[1], 'hold')
if known then
    return tonumber(known)
end
local quantity = tonumber(ARGV[2])
local hold = -1
if tonumber(redis.call('HGET', KEYS[2], 'available') or '0') >= quantity then
    redis.call('HINCRBY', KEYS[2], 'available', -quantity)
    hold = redis.call('INCR', 'holds')
    redis.call('HSET', 'hold:' .. hold, 'sku', ARGV[1], 'quantity', quantity, 'state', 0,
               'deadline', ARGV[3], 'key', ARGV[4])
    redis.call('ZADD', 'due', ARGV[3], hold)
end
redis.call('HSET', KEYS[1], 'hold', hold, 'fingerprint', ARGV[5])
return hold
