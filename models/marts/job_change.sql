with step as (
    select
        *,
        lead(company_id) over (partition by contact_id order by from_on nulls first) as next_company_id,
        lead(from_on) over (partition by contact_id order by from_on nulls first) as next_from_on,
        lead(evidence) over (partition by contact_id order by from_on nulls first) as next_evidence,
        lead(is_new_there) over (partition by contact_id order by from_on nulls first) as next_is_new_there
    from intermediate.main_company
),

change as (
    -- What is not yet so on the day this is for is not told.
    select
        s.contact_id, s.company_id, s.to_on as changed_on,
        case when s.next_from_on <= r.as_of_on then s.next_company_id end as next_company_id,
        case when s.next_from_on <= r.as_of_on then s.next_from_on end as next_from_on,
        case when s.next_from_on <= r.as_of_on then s.next_evidence end as next_evidence,
        coalesce(s.next_from_on <= r.as_of_on and s.next_is_new_there, false) as is_new_there
    from step as s
    cross join meta.run as r
    where s.to_on <= r.as_of_on
),

job as (
    select
        j.contact_id, j.company_id, j.ended_on,
        bool_or(j.ended_on is null or j.ended_on > r.as_of_on) over (partition by j.contact_id, j.company_id) as is_held
    from intermediate.job_spell as j
    cross join meta.run as r
    where j.evidence = 'job'
)

select
    c.contact_id,
    p.name as contact_name,
    c.company_id as from_company_id,
    f.name as from_company_name,
    c.changed_on,
    c.next_company_id as to_company_id,
    t.name as to_company_name,
    j.ended_on as left_on,
    coalesce(c.next_from_on, c.changed_on) as seen_on,
    case
        when j.ended_on is not null then 'ended'
        when c.next_evidence = 'email_domain' then 'email_domain'
        else 'other_main_company'
    end as evidence,
    coalesce(not j.is_held or c.next_evidence = 'email_domain', false) as has_left,
    c.is_new_there,
    coalesce(p.decision_role = 'champion', false) as was_champion
from change as c
join objects.contact as p on c.contact_id = p.contact_id and p.source_deleted_at is null
join objects.company as f on c.company_id = f.company_id
left join objects.company as t on c.next_company_id = t.company_id
left join job as j on c.contact_id = j.contact_id and c.company_id = j.company_id and c.changed_on = j.ended_on
where c.next_company_id is distinct from c.company_id
