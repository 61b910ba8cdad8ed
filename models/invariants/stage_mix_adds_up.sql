-- A company's people by stage sum to all of them, and at its own stage there is at least one.
select company_id, stage, contact_count
from marts.company_stage
where audience_count + researcher_count + hand_raiser_count + buyer_count + value_creator_count + adopter_count
    + advocate_count + champion_count <> contact_count
    or case stage
        when 'audience' then audience_count
        when 'researcher' then researcher_count
        when 'hand_raiser' then hand_raiser_count
        when 'buyer' then buyer_count
        when 'value_creator' then value_creator_count
        when 'adopter' then adopter_count
        when 'advocate' then advocate_count
        else champion_count
    end = 0
