-- One row per contact: the address and telephone to use, the main job, and the sources that know the person.
with phone as (
    select contact_id, coalesce(e164, phone) as phone
    from objects.contact_phone
    where source_deleted_at is null
    qualify row_number() over (
        partition by contact_id
        order by
            (e164 is not null) desc,
            case phone_type when 'mobile' then 1 when 'work' then 2 when 'home' then 3 when 'other' then 4 else 5 end,
            phone,
            contact_phone_id asc
    ) = 1
),

job as (
    -- Several sources may know one job: what the one that counts first lacks comes from the newest of the others.
    select
        m.contact_id,
        m.company_id,
        case when m.ended_on <= r.as_of_on then m.ended_on end as ended_on,
        arg_max(o.job_title, (o.is_primary, coalesce(o.updated_at, o.loaded_at), o.job_role_id))
            filter (where o.job_title is not null) as job_title,
        arg_max(o.department, (o.is_primary, coalesce(o.updated_at, o.loaded_at), o.job_role_id))
            filter (where o.department is not null) as department
    from behaviour.company_then as m
    cross join meta.run as r
    left join objects.job_role as o
        on m.contact_id = o.contact_id and m.company_id = o.company_id and o.source_deleted_at is null
    where r.as_of_on >= m.from_on and r.as_of_on < m.to_on
    group by m.contact_id, m.company_id, m.ended_on, r.as_of_on
),

bounced as (
    select distinct contact_id, address
    from objects.communication_preference
    where channel = 'email' and topic is null and preference = 'bounced' and source_deleted_at is null
),

address as (
    -- A mailbox of one's own that works comes before a shared, free or broken one, and one where they work now before
    -- one where they did.
    select e.contact_id, e.address
    from objects.contact_email as e
    left join bounced as b on e.contact_id = b.contact_id and e.address = b.address
    left join job as j on e.contact_id = j.contact_id
    left join intermediate.domain_company as d
        on split_part(e.address, '@', 2) = d.domain and j.company_id = d.company_id
    where e.source_deleted_at is null
    qualify row_number() over (
        partition by e.contact_id
        order by
            e.is_valid_syntax desc nulls last,
            b.address is null desc,
            e.is_role_address asc nulls last,
            d.domain is null asc,
            e.is_primary desc nulls last,
            e.is_free_mail asc nulls last,
            e.address asc,
            e.contact_email_id asc
    ) = 1
),

source as (
    select contact_id, string_agg(source_system, ', ' order by source_system) as sources, count(*) as source_count
    from (
        select distinct contact_id, source_system
        from identity.contact_link
        where contact_id is not null and source_key <> 'email:' || source_record_id
    ) as l
    group by contact_id
)

select
    c.contact_id,
    a.address as email,
    p.phone,
    j.company_id,
    j.job_title,
    j.department,
    j.ended_on as role_ended_on,
    coalesce(s.sources, c.source_system) as sources,
    coalesce(s.source_count, 1) as source_count
from objects.contact as c
left join address as a on c.contact_id = a.contact_id
left join phone as p on c.contact_id = p.contact_id
left join job as j on c.contact_id = j.contact_id
left join source as s on c.contact_id = s.contact_id
