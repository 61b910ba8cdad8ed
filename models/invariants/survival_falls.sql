-- Who survives is counted from all that began; nobody is lost twice; survival only falls, within its interval.
with placed as (
    select
        *, lag(survival, 1, 1) over life as survival_before,
        sum(churned) over (partition by policy_id, segment) as churned_at_all,
        max(at_risk) over (partition by policy_id, segment) as began
    from marts.survival
    window life as (partition by policy_id, segment order by month_of_life)
)

select *
from placed
where survival > survival_before
    or survival < survival_low
    or survival > survival_high
    or churned > at_risk
    or churned_at_all > began
    or (month_of_life = 0 and at_risk <> began)
