"""How two records of people are compared: the fields, their levels of agreement, what makes a pair worth comparing."""

from __future__ import annotations

from models.identity.matching import Comparison, Plan

_FEATURES = """
with number as (
    select source_system, source_key, unnest(phones) as phone from record where not is_ours
),
common as (
    select distinct phone from number group by source_system, phone having count(*) > 1
),
called as (
    select
        n.source_key,
        list(n.phone order by n.phone) filter (where c.phone is null) as own,
        list(n.phone order by n.phone) filter (where c.phone is not null) as common
    from number as n
    left join common as c on n.phone = c.phone
    group by n.source_key
)
select
    r.source_key,
    source_system,
    clean_name,
    r.name,
    first_name,
    last_name,
    personal_addresses,
    r.phones,
    coalesce(c.own, []) as own_phones,
    coalesce(c.common, []) as common_phones,
    job_title,
    company_ids,
    country
from record as r
left join called as c on r.source_key = c.source_key
where not r.is_ours
"""
_DERIVED = """
    list_sort(string_split(clean_name, ' ')) as words,
    list_distinct(list_filter(
        list_transform(personal_addresses, lambda a: regexp_replace(split_part(a, '@', 1), '[+].*|[^a-z0-9]', '', 'g')),
        lambda m: len(m) >= 5
    )) as mailboxes
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
                ("same name", "clean_name_l = clean_name_r"),
                ("same name in other order", "words_l = words_r"),
                (
                    "similar first and last name",
                    "jaro_winkler_similarity(last_name_l, last_name_r) >= 0.92 "
                    "and (left(first_name_l, 3) = left(first_name_r, 3) "
                    "or jaro_winkler_similarity(first_name_l, first_name_r) >= 0.85)",
                ),
                (
                    "similar name in other order",
                    "jaro_winkler_similarity(first_name_l, last_name_r) >= 0.88 "
                    "and jaro_winkler_similarity(last_name_l, first_name_r) >= 0.88",
                ),
                (
                    "initial and last name",
                    "jaro_winkler_similarity(last_name_l, last_name_r) >= 0.92 "
                    "and left(first_name_l, 1) = left(first_name_r, 1) "
                    "and least(len(first_name_l), len(first_name_r)) = 1",
                ),
                ("one name known only in part", "list_has_all(words_l, words_r) or list_has_all(words_r, words_l)"),
                ("same last name, other first name", "last_name_l = last_name_r"),
            ),
            otherwise="other name",
            frequency="clean_name",
        ),
        Comparison(
            field="address",
            shown="personal_addresses",
            unknown="len(personal_addresses_l) = 0 or len(personal_addresses_r) = 0",
            levels=(
                ("same address", "list_has_any(personal_addresses_l, personal_addresses_r)"),
                (  # a slip of the pen; a like name or another number may be another person
                    "nearly the same address",
                    "split_part(personal_addresses_l[1], '@', 2) = split_part(personal_addresses_r[1], '@', 2) "
                    "and first_name_l = first_name_r "
                    "and damerau_levenshtein(personal_addresses_l[1], personal_addresses_r[1]) = 1 "
                    "and regexp_replace(personal_addresses_l[1], '[^0-9]', '', 'g') "
                    "= regexp_replace(personal_addresses_r[1], '[^0-9]', '', 'g')",
                ),
                (  # says no more than the name does, where both names are known
                    "same name before the @",
                    "list_has_any(mailboxes_l, mailboxes_r) and (clean_name_l is null or clean_name_r is null)",
                ),
            ),
            otherwise="other addresses",
        ),
        Comparison(
            field="phones",
            shown="phones",
            unshared=1,
            unknown="len(phones_l) = 0 or len(phones_r) = 0",
            levels=(
                ("same phone", "list_has_any(own_phones_l, own_phones_r)"),
                ("same phone, which several people share", "list_has_any(common_phones_l, common_phones_r)"),
            ),
            otherwise="other phones",
        ),
        Comparison(
            field="company",
            shown="company_ids",
            unknown="len(company_ids_l) = 0 or len(company_ids_r) = 0",
            levels=(("same company", "list_has_any(company_ids_l, company_ids_r)"),),
            otherwise="other company",
        ),
        Comparison(
            field="job_title",
            shown="job_title",
            unknown="job_title_l is null or job_title_r is null",
            levels=(
                ("same title", "job_title_l = job_title_r"),
                ("similar title", "jaro_winkler_similarity(job_title_l, job_title_r) >= 0.88"),
            ),
            otherwise="other title",
        ),
        Comparison(
            field="country",
            shown="country",
            unknown="country_l is null or country_r is null",
            levels=(("same country", "country_l = country_r"),),
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
        "address": "personal_addresses",
        "mailbox": "mailboxes",
        "phone": "phones",
        "name": "[array_to_string(words, ' ')]",
        "initial": "[left(first_name, 1) || ' ' || last_name]",
        "sound": "[array_to_string(list_sort(list_transform(words, lambda w: "
        "left(regexp_replace(w, '[aeiouyh]', '', 'g'), 4))), ' ')]",
        "colleague": "list_transform(company_ids, lambda c: c || ' ' || left(last_name, 3)) "
        "|| list_transform(company_ids, lambda c: c || ' ' || left(first_name, 3))",
    },
    sure=(
        "l.personal_addresses[1] = r.personal_addresses[1]",
        "l.clean_name = r.clean_name and l.company_ids[1] = r.company_ids[1]",
    ),
    recall=0.8,
)
