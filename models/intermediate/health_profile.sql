-- One row per company: the profile of weights its segment takes.
select c.company_id, coalesce(own.profile, other.profile) as profile
from objects.company as c
join policy.health_profiles as other on other.segment = '*'
left join policy.health_profiles as own on c.segment = own.segment and own.segment <> '*'
