-- Says of every address whether it is well formed, a shared mailbox, or at a public mail provider.
with parted as (
    select
        contact_email_id,
        lower(trim(address)) as address,
        split_part(split_part(lower(trim(address)), '@', 1), '+', 1) as mailbox,
        split_part(lower(trim(address)), '@', 2) as domain
    from sourced
),

automatic as (
    select distinct p.mailbox
    from parted as p
    join policy.email_automatic_prefixes as a on starts_with(p.mailbox, a.value)
)

select
    s.* exclude (address, is_role_address, is_free_mail, is_valid_syntax),
    p.address,
    r.value is not null or a.mailbox is not null as is_role_address,
    f.value is not null as is_free_mail,
    -- Up to 64 characters with single dots inside, @, then two or more labels of letters (of any script), digits and
    -- inner hyphens, the last one not a number. Quoted names and numeric hosts in brackets count as mistakes.
    length(p.address) <= 254
    and regexp_matches(
        p.address,
        '^[^\x00-\x20"(),.:;<>@\[\\\]\x7f]+(\.[^\x00-\x20"(),.:;<>@\[\\\]\x7f]+)*@'
        || '([^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f](-*[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f])*\.)+'
        || '[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f](-*[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f])+$'
    )
    and not regexp_matches(p.address, '^[^@]{65,}@|@.*[^.@]{64}|\.[0-9]+$') as is_valid_syntax
from sourced as s
join parted as p on s.contact_email_id = p.contact_email_id
left join policy.email_role_local_parts as r on p.mailbox = r.value
left join policy.email_free_mail_domains as f on p.domain = f.value
left join automatic as a on p.mailbox = a.mailbox
