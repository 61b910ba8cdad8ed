-- The first instant at which any subscription ran: where the months begin.
select min(valid_from) as first_at from objects.subscription_version
