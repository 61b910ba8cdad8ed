-- What MRR of a month was restated by is what the MRR of its companies was restated by, publication by publication.
select
    publication, period,
    sum(difference) filter (where dimension = '(all)') as of_total,
    sum(difference) filter (where dimension = 'company_id') as of_companies
from marts.restatement
where metric = 'mrr'
group by publication, period
having coalesce(of_total, 0) <> coalesce(of_companies, 0)
