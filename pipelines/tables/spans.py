"""From versions to spans: since when and until when each version of a record stood, by its source's own clock.

Four queries, one after the other; what is done with the spans belongs to `history`.
"""

from __future__ import annotations

RECORD = "source_system, source_record_id"
_LEEWAY = "known_from + interval 1 day"
"""A source's clock may be in another zone; what it says is later than a day after it was loaded, it did not see."""

_DATED = f"""
create or replace temp table dated as
select rowid as version, {RECORD}, known_from, known_to, created_at, source_deleted_at, stood_to,
    coalesce(known_to = known_from, false) as is_late,
    case when known_to = known_from then coalesce(updated_at, stood_from)
        when updated_at <= {_LEEWAY} then updated_at else known_from end as told_at
from telling
"""
"""Each version with the time from which its source says it is so: when it was changed, else when it was loaded."""

_STEPS = f"""
create or replace temp table step as
with followed as (
    select *, lag(known_to) over record as was_known_to, lag(source_deleted_at) over record as was_deleted_at,
        lead(known_from) over record as next_known_from
    from dated where not is_late window record as (partition by {RECORD} order by known_from)
),
begun as (
    select *, case
            when was_known_to < known_from and told_at <= was_known_to then known_from
            when source_deleted_at is null and told_at <= was_deleted_at then known_from
            else told_at end as begins_at,
        case when next_known_from is distinct from known_to then known_to end as ends_at
    from followed
),
marked as (
    select *, case when source_deleted_at > begins_at and source_deleted_at <= {_LEEWAY} then source_deleted_at end
        as goes_at
    from begun
),
ordered as (
    select *, greatest(begins_at, max(greatest(begins_at, goes_at, ends_at)) over (
        partition by {RECORD} order by known_from rows between unbounded preceding and 1 preceding)) as step_at
    from marked
),
stepped as (
    select {RECORD}, step_at, version, known_from, coalesce(goes_at > step_at, false) as is_before_deletion, 1 as kind
    from ordered
    union all by name
    select {RECORD}, goes_at as step_at, version, known_from, false as is_before_deletion, 2 as kind
    from ordered where goes_at > step_at
    union all by name
    select {RECORD}, greatest(ends_at, step_at, goes_at) as step_at, cast(null as bigint) as version, known_from,
        false as is_before_deletion, 3 as kind
    from ordered where ends_at is not null
)
select * from stepped qualify row_number() over (partition by {RECORD}, step_at order by known_from desc, kind desc) = 1
"""
"""When each record became what: the versions that were its newest, in the order in which they were loaded and none
before the one loaded earlier; of two of one time the later loaded. A version that tells of the record's deletion makes
two steps, for it was there before; a record that its source gives no more makes one to nothing. Of what came back from
there the source tells no time, unless it has changed since."""

_LATE_STEPS = f"""
create or replace temp table late_step as
with known as (
    select {RECORD}, max(step_at) as last_at from step group by {RECORD}
),
late as (
    select d.*, k.last_at, coalesce(d.source_deleted_at > told_at and d.source_deleted_at <= {_LEEWAY}, false) as goes
    from dated as d left join known as k
        on k.source_system = d.source_system and k.source_record_id = d.source_record_id
    where d.is_late and d.told_at <= {_LEEWAY} and coalesce(d.told_at < k.last_at, true)
)
select {RECORD}, told_at as step_at, version, known_from, goes as is_before_deletion, 4 as kind from late
union all by name
select {RECORD}, source_deleted_at as step_at, version, known_from, false as is_before_deletion, 5 as kind
from late where goes and coalesce(source_deleted_at < least(stood_to, last_at), true)
union all by name
select l.source_system, l.source_record_id, l.stood_to as step_at, s.version, l.known_from,
    coalesce(s.is_before_deletion, false) as is_before_deletion, 0 as kind
from late as l asof left join step as s
    on s.source_system = l.source_system and s.source_record_id = l.source_record_id and s.step_at <= l.stood_to
where l.stood_to > l.told_at
"""
"""The same for versions that arrived late: each lies over what stood at its time, up to where the next step is or, if
the record's next row does not tell of it, up to that row's time: then it is again as it stood by then, if at all. None
lies over a record's last step: what is so now is what the newest version says."""

_SPANS = f"""
create or replace temp table span as
with chosen as (
    select * from (select *, 2 as weight from step union all by name
        select *, case when kind = 0 then 0 else 1 end as weight from late_step)
    qualify row_number() over (
        partition by {RECORD}, step_at order by weight desc, known_from desc, kind desc, version) = 1
),
bounded as (
    select *, row_number() over record as number, lead(step_at) over record as valid_to
    from chosen window record as (partition by {RECORD} order by step_at)
)
select cast(row_number() over () as varchar) as _row_id, b.version, b.is_before_deletion, d.known_from, b.valid_to,
    case when b.number = 1 then least(b.step_at, d.created_at) else b.step_at end as valid_from
from bounded as b join dated as d on d.version = b.version
"""
"""From each step to the next. A record begins when it was created, if that is before the first that is told of it."""

IN_ORDER = (_DATED, _STEPS, _LATE_STEPS, _SPANS)
"""To be run one after the other, on the temporary table `telling` of versions; the last makes `span`."""
LEFT = ("telling", "dated", "step", "late_step", "span")
"""The temporary tables that are there afterwards."""
