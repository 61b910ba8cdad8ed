-- Currencies whose smallest unit is not a hundredth (ISO 4217): its decimal places, how many make a whole one, its worth.
select
    unnest(['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF',
        'XOF', 'XPF'])
        as currency,
    0 as places, 1 as scale, cast(1 as decimal(5, 4)) as unit
union all
select
    unnest(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']) as currency,
    3 as places, 1000 as scale, cast(0.001 as decimal(5, 4)) as unit
union all
select unnest(['CLF', 'UYW']) as currency, 4 as places, 10000 as scale, cast(0.0001 as decimal(5, 4)) as unit
