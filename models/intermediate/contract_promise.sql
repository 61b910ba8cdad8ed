-- One row per signed contract: the days on which it is live, and what it says of service levels (0 minutes say nothing).
select
    contract_id,
    company_id,
    sla_name,
    nullif(sla_first_response_minutes, 0) as first_response_minutes,
    nullif(sla_resolution_minutes, 0) as resolution_minutes,
    greatest(signed_on, coalesce(starts_on, signed_on)) as live_from,
    -- What ends it first; a fixed term that does not renew by itself ends with its months.
    least(
        ends_on,
        cancel_on,
        case
            when term_type = 'fixed' and not coalesce(auto_renew, false)
                then cast(starts_on + interval '1' month * length_months as date)
        end
    ) as live_to
from objects.contract
where signed_on is not null and company_id is not null and source_deleted_at is null
