-- What all segments together lost in a month for a reason is what the business lost for it, in money and in companies.
with total as (
    select
        policy_id, month, reason, sum(companies_churned) as companies_churned, sum(mrr_churned) as mrr_churned,
        sum(companies_churned_voluntary) as companies_voluntary, sum(mrr_churned_voluntary) as mrr_voluntary,
        sum(companies_churned_involuntary) as companies_involuntary, sum(mrr_churned_involuntary) as mrr_involuntary
    from marts.churn_cut
    group by policy_id, month, reason
)

select
    coalesce(c.policy_id, t.policy_id) as policy_id, coalesce(c.month, t.month) as month,
    coalesce(c.reason, t.reason) as reason, c.mrr_churned as of_business, t.mrr_churned as of_segments
from marts.churn_month as c
full join total as t on c.policy_id = t.policy_id and c.month = t.month and c.reason = t.reason
where c.month is null or t.month is null
    or c.companies_churned <> t.companies_churned or c.mrr_churned <> t.mrr_churned
    or c.companies_churned_voluntary <> t.companies_voluntary or c.mrr_churned_voluntary <> t.mrr_voluntary
    or c.companies_churned_involuntary <> t.companies_involuntary
    or c.mrr_churned_involuntary <> t.mrr_involuntary
