-- How companies stood in the months of each set of rules, at the month's snapshot: a row stands from `from_no` until
-- `until_no`. What a history began with was so before, too; a company without a history always stood as it stands now.
with told as (
    select company_id, valid_from, segment, country, owner_id, parent_company_id from history.company
    union all
    select c.company_id, c.loaded_at, c.segment, c.country, c.owner_id, c.parent_company_id
    from objects.company as c
    left join history.company as h on c.company_id = h.company_id
    where h.company_id is null
),

stated as (
    select
        t.company_id, t.valid_from, coalesce(t.segment, 'not stated') as segment,
        coalesce(t.country, 'not stated') as country, coalesce(t.owner_id, 'not stated') as owner_id,
        coalesce(p.company_id, '') as parent_company_id
    from told as t
    left join objects.company as p on t.parent_company_id = p.company_id
),

changed as (
    select
        *,
        case
            when row_number() over history = 1 then timestamp '0001-01-02 00:00:00'
            when segment <> lag(segment) over history or country <> lag(country) over history
                or owner_id <> lag(owner_id) over history or parent_company_id <> lag(parent_company_id) over history
                then valid_from
        end as stands_from
    from stated
    window history as (partition by company_id order by valid_from)
),

month as (
    select
        policy_id, month_no, valued_at,
        lag(valued_at, 1, timestamp '0001-01-01 00:00:00') over (partition by policy_id order by month_no) as valued_before,
        max(month_no) over (partition by policy_id) as last_month_no
    from intermediate.month
),

seen as (
    select m.policy_id, c.*, m.month_no, m.last_month_no
    from changed as c
    join month as m on c.stands_from > m.valued_before and c.stands_from <= m.valued_at
    qualify row_number() over (partition by m.policy_id, c.company_id, m.month_no order by c.stands_from desc) = 1
)

select
    policy_id, company_id, month_no as from_no,
    lead(month_no, 1, last_month_no + 1) over (partition by policy_id, company_id order by month_no) as until_no,
    segment, country, owner_id, nullif(parent_company_id, '') as parent_company_id
from seen
