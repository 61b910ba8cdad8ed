-- Who they are: the company with what it is to us, the people who answer for it, and the person with their part.
with about as (
    select
        s.subject_id as company_id,
        c.name || coalesce(
            ' (' || nullif(concat_ws(
                ', ', c.industry, c.city, c.country,
                format('{:,}', c.employee_count) || case when c.employee_count = 1 then ' person' else ' people' end,
                f.domains
            ), '') || ')', ''
        ) as named,
        case t.customer_status
            when 'prospect' then ' is not a customer yet.'
            when 'coming' then ' does not pay yet.'
            when 'lost' then ' was a customer' || coalesce(' from ' || strftime(t.customer_since, '%-d %b %Y'), '')
                || coalesce(' to ' || strftime(t.customer_to, '%-d %b %Y'), '') || '.'
            else ' has been a customer' || coalesce(' since ' || strftime(t.customer_since, '%-d %b %Y'), '') || '.'
        end as stands,
        up.name as parent_name,
        c.parent_company_id,
        c.owner_id,
        c.co_owner_id,
        o.name as owner_name,
        m.name as csm_name
    from intermediate.brief_subject as s
    join objects.company as c on s.subject_id = c.company_id and s.subject_type = 'company'
    join intermediate.company_status as t on c.company_id = t.company_id
    join intermediate.company_facet as f on c.company_id = f.company_id
    left join objects.company as up on c.parent_company_id = up.company_id
    left join objects.team_member as o on c.owner_id = o.team_member_id
    left join objects.team_member as m on c.co_owner_id = m.team_member_id
),

kept as (
    select
        company_id, owner_id, co_owner_id,
        coalesce(owner_name || ' owns the account', 'Nobody of ours owns the account')
        || coalesce(', ' || csm_name || ' is the success manager', '') || '.' as sentence
    from about
),

person as (
    select
        s.subject_id as contact_id, c.company_id,
        p.name || coalesce(' is ' || f.job_title || coalesce(' at ' || c.name, ''), ' works at ' || c.name,
            ' is known to us')
        || coalesce(' (' || replace(nullif(p.decision_role, 'unknown'), '_', ' ') || ')', '') || '.' as sentence
    from intermediate.brief_subject as s
    join objects.contact as p on s.subject_id = p.contact_id and s.subject_type = 'contact'
    join intermediate.contact_facet as f on p.contact_id = f.contact_id
    left join objects.company as c on s.company_id = c.company_id
    where coalesce(f.job_title, c.name, nullif(p.decision_role, 'unknown')) is not null
),

worded as (
    select
        'company' as subject_type, company_id as subject_id, 1 as rank, named || stands as sentence,
        'company' as object, company_id as object_id
    from about
    union all
    select 'company', a.company_id, 1, a.named || a.stands, 'subscription', s.subscription_id
    from about as a
    join objects.subscription as s on a.company_id = s.company_id
    where s.source_deleted_at is null and s.status not in ('incomplete', 'incomplete_expired')
    union all
    select 'company', company_id, 2, 'It belongs to ' || parent_name || '.', 'company', parent_company_id
    from about where parent_name is not null
    union all
    select 'company', company_id, 3, sentence, 'company', company_id as object_id from kept
    union all
    select 'company', company_id, 3, sentence, 'team_member', owner_id from kept where owner_id is not null
    union all
    select 'company', company_id, 3, sentence, 'team_member', co_owner_id from kept where co_owner_id is not null
    union all
    select 'contact', contact_id, 1, sentence, 'contact', contact_id as object_id from person
    union all
    select 'contact', contact_id, 1, sentence, 'company', company_id from person where company_id is not null
)

select *, 'who' as section, cast(null as date) as occurred_on from worded
