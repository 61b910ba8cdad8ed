"""How two company records are compared: the fields, their levels of agreement, what makes a pair worth it."""

from __future__ import annotations

from models.identity.matching import Comparison, Plan

_FEATURES = """
with claim as (
    select source_system, source_key, unnest(domains || people_domains) as domain from record
),
common as (
    select distinct domain from claim group by source_system, domain having min(source_key) < max(source_key)
),
claimed as (
    select c.source_key, list(distinct c.domain order by c.domain) as common
    from claim as c
    join common as m on c.domain = m.domain
    group by c.source_key
)
select
    r.source_key,
    source_system,
    clean_name,
    name,
    legal_form,
    domains,
    people_domains,
    coalesce(c.common, []) as common_domains,
    people,
    phone,
    address,
    postal_code,
    city,
    country
from record as r
left join claimed as c on r.source_key = c.source_key
"""
_DERIVED = """
    replace(clean_name, ' ', '') as letters,
    list_sort(string_split(clean_name, ' ')) as words,
    list_filter(
        list_sort(list_distinct(domains || people_domains)), lambda d: not list_contains(common_domains, d)
    ) as alone_domains,
    list_sort(list_intersect(domains, alone_domains)) as own_domains,
    list_transform(domains || people_domains, lambda d: split_part(d, '.', 1)) as labels,
    list_sort(list_distinct(list_filter(
        list_transform(people, lambda a: regexp_replace(split_part(a, '@', 1), '[+].*|[^a-z0-9]', '', 'g')),
        lambda m: len(m) >= 7
    ))) as mailboxes
"""
PLAN = Plan(
    features=_FEATURES,
    derived=_DERIVED,
    comparisons=(
        Comparison(
            field="name",
            shown="name",
            unknown="clean_name_l is null or clean_name_r is null",
            levels=(
                ("same name", "clean_name_l = clean_name_r and coalesce(legal_form_l = legal_form_r, true)"),
                ("same name, other legal form", "clean_name_l = clean_name_r"),
                ("same name written apart or in other order", "letters_l = letters_r or words_l = words_r"),
                ("nearly the same name", "jaro_winkler_similarity(letters_l, letters_r) >= 0.94"),
                ("one name within the other", "list_has_all(words_l, words_r) or list_has_all(words_r, words_l)"),
                ("similar name", "jaro_winkler_similarity(letters_l, letters_r) >= 0.86"),
            ),
            otherwise="other name",
            frequency="clean_name",
        ),
        Comparison(
            field="domains",
            shown="domains",
            unshared=2,
            unknown="len(alone_domains_l || common_domains_l) = 0 or len(alone_domains_r || common_domains_r) = 0",
            levels=(
                ("same domain", "list_has_any(own_domains_l, own_domains_r)"),
                ("people with addresses at the same domain", "list_has_any(alone_domains_l, alone_domains_r)"),
                ("same domain, which several companies share", "list_has_any(common_domains_l, common_domains_r)"),
                ("same domain but for its ending", "list_has_any(labels_l, labels_r)"),
            ),
            otherwise="other domains",
        ),
        Comparison(
            field="people",
            shown="people",
            unknown="len(people_l) = 0 or len(people_r) = 0",
            levels=(
                ("people in common", "list_has_any(people_l, people_r)"),
                (  # a company that changed its domain; two, and of a length that no first name alone has
                    "people of the same names, at other domains",
                    "len(list_intersect(mailboxes_l, mailboxes_r)) >= 2",
                ),
            ),
            otherwise="other people",
        ),
        Comparison(
            field="phone",
            shown="phone",
            unknown="phone_l is null or phone_r is null",
            levels=(("same phone", "phone_l = phone_r"),),
            otherwise="other phone",
        ),
        Comparison(
            field="address",
            shown="address",
            unknown="coalesce(postal_code_l, address_l) is null or coalesce(postal_code_r, address_r) is null "
            "or coalesce(postal_code_l = postal_code_r, address_l = address_r) is null",
            levels=(
                ("same street address", "address_l = address_r and coalesce(postal_code_l = postal_code_r, true)"),
                ("same postal code", "postal_code_l = postal_code_r"),
            ),
            otherwise="other address",
        ),
        Comparison(
            field="place",
            shown="city",
            unknown="(country_l is null or country_r is null) and coalesce(city_l <> city_r, true)",
            levels=(
                ("same city", "city_l = city_r and coalesce(country_l = country_r, true)"),
                ("same country, city not known", "country_l = country_r and (city_l is null or city_r is null)"),
                ("same country, other city", "country_l = country_r"),
            ),
            otherwise="other country",
        ),
        Comparison(
            field="source",
            shown="source_system",
            unknown="source_system_l is null or source_system_r is null",
            levels=(("records of two sources", "source_system_l <> source_system_r"),),
            otherwise="two records of one source",
        ),
    ),
    blocks={
        "name": "[clean_name]",
        "letters": "[letters]",
        "beginning": "case when len(letters) >= 6 then [letters[:6]] end",
        "sound": "case when len(letters) >= 6 then [left(regexp_replace(letters, '[aeiouyh]', '', 'g'), 6)] end",
        "word": "list_filter(words, lambda w: len(w) >= 5)",
        "domain": "list_distinct(alone_domains || common_domains)",
        "label": "list_distinct(labels || [letters])",
        "person": "people",
        "phone": "[phone]",
        "place": "[postal_code || ' ' || left(letters, 3)]",
    },
    sure=("l.own_domains[1] = r.own_domains[1]", "l.clean_name = r.clean_name and l.country = r.country"),
    recall=0.8,
)
