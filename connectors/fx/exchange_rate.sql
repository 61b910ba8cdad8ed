with quoted as (
    select r._row_id, r._loaded_at, trim(r.date) as quoted_on, t.pair.currency, trim(t.pair.rate) as units
    from raw_fx.rates__latest as r, unnest([
        { 'currency': 'EUR', 'rate': '1' },
        { 'currency': 'USD', 'rate': r.usd }, { 'currency': 'JPY', 'rate': r.jpy },
        { 'currency': 'BGN', 'rate': r.bgn }, { 'currency': 'CYP', 'rate': r.cyp },
        { 'currency': 'CZK', 'rate': r.czk }, { 'currency': 'DKK', 'rate': r.dkk },
        { 'currency': 'EEK', 'rate': r.eek }, { 'currency': 'GBP', 'rate': r.gbp },
        { 'currency': 'HUF', 'rate': r.huf }, { 'currency': 'LTL', 'rate': r.ltl },
        { 'currency': 'LVL', 'rate': r.lvl }, { 'currency': 'MTL', 'rate': r.mtl },
        { 'currency': 'PLN', 'rate': r.pln }, { 'currency': 'ROL', 'rate': r.rol },
        { 'currency': 'RON', 'rate': r.ron }, { 'currency': 'SEK', 'rate': r.sek },
        { 'currency': 'SIT', 'rate': r.sit }, { 'currency': 'SKK', 'rate': r.skk },
        { 'currency': 'CHF', 'rate': r.chf }, { 'currency': 'ISK', 'rate': r.isk },
        { 'currency': 'NOK', 'rate': r.nok }, { 'currency': 'HRK', 'rate': r.hrk },
        { 'currency': 'RUB', 'rate': r.rub }, { 'currency': 'TRL', 'rate': r.trl },
        { 'currency': 'TRY', 'rate': r.try }, { 'currency': 'AUD', 'rate': r.aud },
        { 'currency': 'BRL', 'rate': r.brl }, { 'currency': 'CAD', 'rate': r.cad },
        { 'currency': 'CNY', 'rate': r.cny }, { 'currency': 'HKD', 'rate': r.hkd },
        { 'currency': 'IDR', 'rate': r.idr }, { 'currency': 'ILS', 'rate': r.ils },
        { 'currency': 'INR', 'rate': r.inr }, { 'currency': 'KRW', 'rate': r.krw },
        { 'currency': 'MXN', 'rate': r.mxn }, { 'currency': 'MYR', 'rate': r.myr },
        { 'currency': 'NZD', 'rate': r.nzd }, { 'currency': 'PHP', 'rate': r.php },
        { 'currency': 'SGD', 'rate': r.sgd }, { 'currency': 'THB', 'rate': r.thb },
        { 'currency': 'ZAR', 'rate': r.zar }
    ]) as t (pair)
)

select
    _row_id,
    _loaded_at,
    currency || ':' || quoted_on as source_record_id,
    currency,
    quoted_on,
    units as units_per_euro
from quoted
-- the bank writes N/A for a currency it did not quote on the day
where units is not null and upper(units) not in ('N/A', '')
