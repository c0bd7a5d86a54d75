-- The statements that the drivers prepare, by name. $1 key, $2 fingerprint, $3 SKU, $4 quantity,
-- $5 time to live in milliseconds.

-- name: begin
begin

-- name: commit
commit

-- name: rollback
rollback

-- name: read_reply
select hold from replies where request_key = $1

-- name: read_stock
select available, version from stock where sku = $1

-- name: lock_stock
select available from stock where sku = $1 for update

-- name: write_stock
update stock set available = $2 where sku = $1

-- name: take_stock
update stock set available = available - $2 where sku = $1

-- name: make_hold
with made as (
    insert into holds (sku, quantity, deadline, request_key)
        values ($3, $4, now() + $5::bigint * interval '1 millisecond', $1) returning id
)
insert into replies (request_key, fingerprint, hold) select $1, $2, id from made returning hold

-- name: record_refusal
insert into replies (request_key, fingerprint, hold) values ($1, $2, null)

-- name: optimistic
with taken as (
    update stock set available = available - $4, version = version + 1
        where sku = $3 and version = $6 and available >= $4 returning sku
), made as (
    insert into holds (sku, quantity, deadline, request_key)
        select sku, $4, now() + $5::bigint * interval '1 millisecond', $1 from taken returning id
)
insert into replies (request_key, fingerprint, hold) select $1, $2, id from made returning hold

-- name: guarded
with taken as (
    update stock set available = available - $4 where sku = $3 and available >= $4 returning sku
), made as (
    insert into holds (sku, quantity, deadline, request_key)
        select sku, $4, now() + $5::bigint * interval '1 millisecond', $1 from taken returning id
)
insert into replies (request_key, fingerprint, hold)
    values ($1, $2, (select id from made)) returning hold

-- name: function
select reserve($1, $2, $3, $4, $5)

-- name: issue_token
insert into tokens (token) values ($1) on conflict do nothing

-- name: token
select reserve_with_token($1, $2, $3, $4, $5)

-- name: read_loose_reply
select hold from loose_replies where request_key = $1

-- name: loose
with taken as (
    update stock set available = available - $4 where sku = $3 and available >= $4 returning sku
), made as (
    insert into holds (sku, quantity, deadline, request_key)
        select sku, $4, now() + $5::bigint * interval '1 millisecond', $1 from taken returning id
)
insert into loose_replies (request_key, fingerprint, hold)
    values ($1, $2, (select id from made)) returning hold

-- name: skip_locked
with picked as materialized (
    select id from units where sku = $3 and hold is null order by id limit $4
        for update skip locked
), enough as materialized (
    select count(*) = $4 as yes from picked
), made as (
    insert into holds (sku, quantity, deadline, request_key)
        select $3, $4, now() + $5::bigint * interval '1 millisecond', $1 from enough where yes
        returning id
), taken as (
    update units u set hold = made.id from made, picked where u.id = picked.id
)
insert into replies (request_key, fingerprint, hold)
    values ($1, $2, (select id from made)) returning hold

-- name: reserve_many
select place, hold from reserve_many($1, $2, $3, $4, $5)

-- name: finish_many
select place, state from finish_many($1, $2)

-- name: finish
with ended as (
    update holds set state = $2::smallint where id = $1 and state = 0 and deadline > now()
        returning sku, quantity, state
), back as (
    update stock s set available = available + e.quantity from ended e
        where s.sku = e.sku and e.state = 2
)
select coalesce((select state from ended), (select state from holds where id = $1))

-- name: finish_units
with ended as (
    update holds set state = $2::smallint where id = $1 and state = 0 and deadline > now()
        returning id, state
), back as (
    update units u set hold = null from ended e where u.hold = e.id and e.state = 2
)
select coalesce((select state from ended), (select state from holds where id = $1))

-- name: expire_due
select expire_due(10000)
