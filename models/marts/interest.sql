with shown as (
    select
        e.contact_id, e.company_id, e.occurred_on, e.strength,
        -- The kind of help somebody asked for is no interest.
        case when trim(e.topic) <> '' and s.value is null and e.kind <> 'ticket' then lower(trim(e.topic)) end as topic,
        date_diff('day', e.occurred_on, r.as_of_on) as days,
        date_diff('day', e.occurred_on, r.as_of_on) - p.interest_trend_days as days_before,
        p.interest_half_life_days as half_life
    from intermediate.evidence as e
    cross join meta.run as r
    cross join policy.path as p
    left join policy.path_stop_topics as s on lower(trim(e.topic)) = s.value
),

-- Each piece is rounded before it is added: a sum of exact numbers does not hang on their order.
weighed as (
    select
        *,
        cast(strength * power(2.0, -days / cast(half_life as double)) as decimal(18, 9)) as present_part,
        case when days_before >= 0
                then cast(strength * power(2.0, -days_before / cast(half_life as double)) as decimal(18, 9))
            else 0
        end as part_before
    from shown
),

told as (
    select * from weighed where topic is not null
    union all by name
    select * exclude (topic), '(all)' as topic from weighed
),

whose as (
    select 'contact' as subject_type, contact_id as subject_id, * from told
    union all
    select 'company' as subject_type, company_id as subject_id, * from told where company_id is not null
),

summed as (
    select
        subject_type, subject_id, topic, count(*) as evidence_count, count(distinct contact_id) as contact_count,
        min(occurred_on) as first_on, max(occurred_on) as last_on,
        sum(present_part) as present_intensity, sum(part_before) as past_intensity
    from whose
    group by subject_type, subject_id, topic
)

select
    subject_type,
    subject_id,
    topic,
    evidence_count,
    contact_count,
    first_on,
    last_on,
    round(present_intensity, 4) as intensity,
    round(past_intensity, 4) as intensity_before,
    case
        when round(present_intensity, 4) = 0 then 'past'
        when past_intensity = 0 then 'new'
        when present_intensity > past_intensity then 'rising'
        when present_intensity < past_intensity then 'fading'
        else 'steady'
    end as trend
from summed
