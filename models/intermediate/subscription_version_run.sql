-- Stretches [runs_from, runs_to) of time in which a version of an item is the one that runs, and its status in them.
-- Of versions of one item that overlap, the one that began last runs, for its own time only: when it ends, the one before
-- that is still open goes on, so nothing that was agreed is lost. Different items add up. Two rows of one item that begin
-- together are one version told twice: the newest telling stands.
with newest as (
    select *
    from objects.subscription_version
    where valid_to is null or valid_to > valid_from
    qualify row_number() over (
        partition by subscription_id, item, valid_from
        order by updated_at desc nulls last, loaded_at desc, subscription_version_id desc
    ) = 1
),

-- A version also ends when the source drops the record, and with its subscription: at `ends_at` (a term that renews by
-- itself goes on until it is over), else at `cancel_at`. Where the source gives neither, a version that is still open ends
-- when a canceled subscription was said to end; one under notice is known to end, not yet when: from as-of on it is out.
ended as (
    select
        v.subscription_version_id, v.subscription_id, s.company_id, v.item, v.product_id, v.status, v.quantity,
        v.unit_amount,
        v.currency, v.billing_interval, v.interval_count, v.is_metered, v.committed_amount,
        s.canceled_at, v.valid_from as runs_from,
        least(
            v.valid_to, v.source_deleted_at, s.source_deleted_at,
            case
                when s.ends_at <= run.as_of or not coalesce(s.auto_renew, false)
                    or s.status = 'canceled' or s.canceled_at < run.as_of or s.cancel_at <= s.ends_at then s.ends_at
            end,
            case when s.ends_at is null or s.cancel_at >= run.as_of then s.cancel_at end,
            case
                when coalesce(v.valid_to, s.ends_at, s.cancel_at) is not null then null
                when s.status = 'canceled' then coalesce(s.canceled_at, s.updated_at, s.loaded_at)
                when s.canceled_at < run.as_of then run.as_of
            end
        ) as runs_to,
        case when s.status = 'paused' and v.valid_from <= s.paused_at then s.paused_at end as paused_at
    from newest as v
    join objects.subscription as s on v.subscription_id = s.subscription_id
    cross join meta.run as run
),

checked as (
    select
        *,
        runs_from < max(coalesce(runs_to, cast('9999-12-31' as timestamp))) over (
            partition by subscription_id, item order by runs_from rows between unbounded preceding and 1 preceding
        ) as is_within
    from ended
    where runs_to is null or runs_to > runs_from
),

marked as (
    select *, coalesce(bool_or(is_within) over (partition by subscription_id, item), false) as is_crowded
    from checked
),

cut as (
    select subscription_id, item, runs_from as cut_at from marked where is_crowded
    union
    select subscription_id, item, runs_to from marked where is_crowded and runs_to is not null
),

stretch as (
    select subscription_id, item, cut_at, lead(cut_at) over (partition by subscription_id, item order by cut_at) as next_at
    from cut
),

running as (
    select
        m.* exclude (is_within, is_crowded, runs_from, runs_to),
        coalesce(t.cut_at, m.runs_from) as runs_from, case when m.is_crowded then t.next_at else m.runs_to end as runs_to
    from marked as m
    left join stretch as t
        on m.is_crowded and m.subscription_id = t.subscription_id and m.item = t.item
        and m.runs_from <= t.cut_at and coalesce(m.runs_to > t.cut_at, true)
    qualify not m.is_crowded
        or row_number() over (partition by m.subscription_id, m.item, t.cut_at order by m.runs_from desc) = 1
)

-- A subscription that says it is paused is so from `paused_at` on, until a version that begins later says otherwise.
select
    r.* exclude (paused_at, status, runs_from, runs_to),
    case
        when p.is_pause and r.status in ('trialing', 'active', 'past_due', 'unpaid') then 'paused' else r.status
    end as status,
    case when p.is_pause then greatest(r.runs_from, r.paused_at) else r.runs_from end as runs_from,
    case when p.is_pause then r.runs_to else least(r.runs_to, r.paused_at) end as runs_to
from running as r
cross join (select unnest([false, true]) as is_pause) as p
where case
        when p.is_pause then r.paused_at is not null and coalesce(r.runs_to > r.paused_at, true)
        else coalesce(r.runs_from < r.paused_at, true)
    end
