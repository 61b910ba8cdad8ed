-- One reading per line. A company is named by its account id here, or as <source>:<id>; assets and projects as <source>:<id>.
select
    r._row_id,
    r._loaded_at,
    r.custom,
    lower(trim(r.subject_type)) || ':' || r.subject_id || ':' || r.metric || ':' || r.read_at as source_record_id,
    lower(trim(r.subject_type)) as subject_type,
    case when lower(trim(r.subject_type)) = 'company' then r.subject_id end as company_id,
    case when lower(trim(r.subject_type)) = 'asset' then r.subject_id end as asset_id,
    case when lower(trim(r.subject_type)) = 'project' then r.subject_id end as project_id,
    r.metric,
    r.read_at,
    r.value,
    r.unit
from raw_product_usage.metric_readings__latest as r
