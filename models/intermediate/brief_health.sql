-- How healthy the relationship is: score and band, what it suffers from and what is good.
with scored as (
    select h.*
    from marts.health_score as h
    join intermediate.brief_subject as s on h.company_id = s.subject_id and s.subject_type = 'company'
),

word as (
    select said.*
    from (values
        ('last_touch', '{value} days without a touch', 'recent contact', 1, ''),
        ('response_balance', 'they answer only {value} of our messages', 'they answer our messages', 100, ' %'),
        ('ticket_load', '{value} tickets of late', 'few tickets', 1, ''),
        ('ticket_severity', '{value} severe tickets open', 'no severe tickets', 1, ''),
        ('nps', 'an NPS of {value}', 'good NPS answers', 1, ''),
        ('csat', 'only {value} good ratings of tickets', 'well rated tickets', 100, ' %'),
        ('payments_overdue', 'money {value} days overdue', 'they pay in time', 1, ''),
        ('contract_time_left', 'only {value} days of contract left', 'a long contract', 1, ''),
        ('csm_score', 'a success manager''s score of {value} out of 5', 'a content success manager', 1, ''),
        ('champion_left', '{value} of the champions left', 'the champions are there', 100, ' %')
    ) as said (factor, bad, good, times, unit)
),

sign as (
    select
        f.company_id, f.factor, f.points, f.points_lost,
        case when f.points < 50
                then replace(w.bad, '{value}', cast(cast(round(f.raw_value * w.times) as bigint) as varchar) || w.unit)
            else w.good
        end as words,
        f.points < 50 as is_bad,
        row_number() over (
            partition by f.company_id, f.points < 50
            order by case when f.points < 50 then f.points_lost else -f.contribution end desc, f.factor asc
        ) as place
    from marts.health_factor as f
    join word as w on f.factor = w.factor
    where f.points < 50 or f.points >= 75
),

summed as (
    select company_id, is_bad, string_agg(words, ', ' order by place) as words
    from sign
    where place <= 3
    group by company_id, is_bad
),

found as (
    select
        company_id, 'first' as section, case band when 'at_risk' then 15 else 70 end as rank,
        coalesce(
            case band
                when 'at_risk' then 'The relationship is at risk'
                when 'needs_attention' then 'The relationship needs attention'
                when 'thriving' then 'They are thriving'
            end || ': health ' || cast(cast(round(score) as bigint) as varchar) || ' of 100.',
            'Too little is known to say how healthy the relationship is.'
        ) as sentence
    from scored
    union all
    select
        s.company_id, 'health', case when s.is_bad then 20 else 30 end,
        case when s.is_bad then 'It suffers from: ' else 'Good: ' end || s.words || '.'
    from summed as s
    join scored as h on s.company_id = h.company_id and h.score is not null
)

select
    'company' as subject_type, company_id as subject_id, section, rank, sentence, cast(null as date) as occurred_on,
    'company' as object, company_id as object_id
from found
