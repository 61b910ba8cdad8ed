-- Planhat gives the runs; a template is known by what they say of it.
select
    min(w._row_id) as _row_id,
    max(w._loaded_at) as _loaded_at,
    coalesce(w.template_id, trim(w.template)) as source_record_id,
    min(trim(w.template)) as name,
    case when count(w.enduser_id) > 0 then 'contact' else 'company' end as subject_type
from raw_planhat.workflows__latest as w
where coalesce(w.template_id, trim(w.template)) <> ''
group by coalesce(w.template_id, trim(w.template))
