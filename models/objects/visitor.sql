-- Fills the person from the product user an anonymous id turned out to be.
select s.* exclude (contact_id), coalesce(s.contact_id, u.contact_id) as contact_id
from sourced as s
left join objects.product_user as u on s.product_user_id = u.product_user_id
