-- Every decision of a person about identity that was made, altered, taken back or taken out between two publications,
-- in words, and the companies it is about.
with changed as (
    select publication, name
    from ledger.publication_input
    where publication > 1 and starts_with(name, 'decision.')
),

told as (
    select
        c.publication, c.name, d.object, d."left" as left_key, d."right" as right_key,
        case
            when d.id is null then 'The decision ' || substr(c.name, 10) || ' was taken out of the file of decisions.'
            else coalesce(d.undone_by, d.by) || case when d.undone_at is null then ' said' else ' took back' end
                || ' on ' || cast(cast(coalesce(d.undone_at, d.decided_at) as date) as varchar) || ' that '
                || d."left" || ' and ' || d."right"
                || case when d.verdict = 'same' then ' are the same.' else ' are different.' end
        end as sentence
    from changed as c
    left join policy.match_decision as d on c.name = 'decision.' || d.id
)

select t.publication, t.name, t.sentence, a.company_id as left_id, b.company_id as right_id
from told as t
left join identity.company_link as a on t.object = 'company' and t.left_key = a.source_key
left join identity.company_link as b on t.object = 'company' and t.right_key = b.source_key
