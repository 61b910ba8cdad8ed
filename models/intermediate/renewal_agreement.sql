-- What comes up for renewal again and again, or once (`months` is null): from `from_on` until it ends for good on
-- `ends_on`, on `anchor_on` and every so many months from there (`agreed_on`: as it was first agreed). Something
-- billed for less than `renewal_term_months` at a time renews all the while and stands not here.
with ran as (
    select subscription_id, case when bool_and(runs_to is not null) then cast(max(runs_to) as date) end as ends_on
    from intermediate.subscription_version_run
    group by subscription_id
),

term as (
    select
        m.agreement_id, m.kind, m.company_id, c.contract_id, m.subscription_id, cast(s.starts_at as date) as from_on,
        cast(s.ends_at as date) as ends_on, cast(s.ends_at as date) as anchor_on,
        coalesce(case when s.derived_by = 'won_opportunity' then c.ends_on else cast(sent.ends_at as date) end,
            cast(s.ends_at as date)) as agreed_on,
        coalesce(s.auto_renew, c.auto_renew, false) as auto_renew,
        coalesce(s.notice_period_days, c.notice_period_days) as notice_period_days, c.owner_id,
        coalesce(s.renewal_status = 'renewed', false) as is_renewed,
        coalesce(s.renewal_status = 'lost', false) or s.canceled_at is not null or coalesce(s.cancel_at <= s.ends_at, false)
            as is_called_off
    from intermediate.renewal_member as m
    join objects.subscription as s on m.subscription_id = s.subscription_id
    left join objects.contract as c on coalesce(s.contract_id, m.contract_id) = c.contract_id
    left join sourced.subscription as sent on m.subscription_id = sent.subscription_id
    where m.kind = 'term'
),

held as (
    select
        m.contract_id, case when count(*) = 1 then min(m.subscription_id) end as subscription_id,
        case when bool_and(r.ends_on is not null) then max(r.ends_on) end as ends_on
    from intermediate.renewal_member as m
    left join ran as r on m.subscription_id = r.subscription_id
    where m.kind = 'contract'
    group by m.contract_id
),

contract as (
    select
        'contract:' || c.contract_id as agreement_id, 'contract' as kind, c.company_id, c.contract_id, h.subscription_id,
        c.starts_on as from_on, least(h.ends_on, c.cancel_on) as ends_on,
        coalesce(c.ends_on, cast(c.starts_on + interval '1' month * nullif(c.length_months, 0) as date), c.renewal_on)
            as anchor_on,
        case when c.auto_renew
            then coalesce(nullif(c.renewal_period_months, 0), nullif(c.length_months, 0), 12)
        end as months,
        coalesce(c.auto_renew, false) as auto_renew, c.notice_period_days, c.owner_id
    from objects.contract as c
    left join held as h on c.contract_id = h.contract_id
    where c.source_deleted_at is null and c.signed_on is not null and c.company_id is not null
        and (h.contract_id is not null or c.company_id not in (select m.company_id from intermediate.renewal_member as m))
),

-- Where items are billed for different times, the longest says when all of it renews.
cycle as (
    select
        m.agreement_id, m.kind, m.company_id, m.subscription_id, cast(y.cycle_from as date) as from_on,
        case when r.ends_on <= cast(y.cycle_to as date) then r.ends_on end as ends_on,
        coalesce(case when y.cycle_to > run.as_of then s.renewal_on end, cast(y.anchor_at as date)) as anchor_on,
        case when y.cycle_to < timestamp '9999-12-31 00:00:00' then cast(y.cycle_to as date) end as until_on,
        cast(y.anchor_at as date) as agreed_on, y.months,
        coalesce(s.auto_renew, s.cancel_at is null and s.canceled_at is null) as auto_renew, s.notice_period_days
    from intermediate.renewal_member as m
    join behaviour.billing_cycle as y on m.subscription_id = y.subscription_id
    join objects.subscription as s on m.subscription_id = s.subscription_id
    cross join policy.portfolio as p
    cross join meta.run as run
    left join ran as r on m.subscription_id = r.subscription_id
    where m.kind = 'billing' and y.months >= greatest(p.renewal_term_months, 1)
    qualify y.months = max(y.months) over (partition by m.subscription_id, cast(y.cycle_from as date))
),

everything as (
    select * from term
    union all by name
    select * from contract where anchor_on is not null
    union all by name
    select * from cycle
)

select
    agreement_id, kind, company_id, contract_id, subscription_id, from_on, ends_on, until_on, anchor_on,
    coalesce(agreed_on, anchor_on) as agreed_on, months, auto_renew, notice_period_days, owner_id,
    coalesce(is_renewed, false) as is_renewed, coalesce(is_called_off, false) as is_called_off
from everything
