"""What only a Salesforce report writes its own way, told the way every other export has it; mapping fields is not here.

Reports cut record ids to 15 characters, and write dates and numbers as the person who exports is used to. Which of day
and month stands first, only the whole file can show: so this happens on arrival, and the delivery's note says it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.reading.bench import AS_JSON, Bench, ident, literal
from connectors.reading.resource import Export, Resource

_NUMBERS = (
    "annual_revenue number_of_employees amount probability mrr_c one_time_amount_c contract_length_months_c "
    "contract_term contract_value_c csm_score_c"
)
NUMBERS = frozenset(_NUMBERS.split(" "))
"""Columns of reports that hold numbers."""
# Three characters at the end of an id tell which of its fifteen are capitals, five to a character.
_WIDE = (
    "id || array_to_string([substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + list_sum("
    "[(ascii(substr(id, start + place, 1)) between 65 and 90)::int << (place - 1) for place in [1, 2, 3, 4, 5]]"
    ")::int, 1) for start in [0, 5, 10]], '')"
)
_DAY = r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:,? (.*))?$"
_TIMES = "['%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M:%S', '%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p']"
_MACROS = (
    f"""wide_id(id) as case
        when length(id) = 15 and regexp_full_match(id, '[0-9a][0-9A-Za-z]+') then {_WIDE} else id end""",
    # some locales put a space that does not break before AM and PM
    "plain(text) as trim(replace(replace(text, chr(8239), ' '), chr(160), ' '))",
    # 1,234.50 and 1.234,50: no report writes more than two places, so three digits after a comma are thousands
    r"""plain_number(text) as case
        when regexp_full_match(plain(text), '-?\d{1,3}(,\d{3})+(\.\d+)? ?%?')
            then replace(rtrim(plain(text), ' %'), ',', '')
        when regexp_full_match(plain(text), '-?(\d{1,3}(\.\d{3})+|\d+),\d{1,2} ?%?')
            then replace(replace(rtrim(plain(text), ' %'), '.', ''), ',', '.')
        else rtrim(plain(text), ' %') end""",
    rf"written(text, form) as trim(regexp_replace(plain(text), '{_DAY}', form))",
    f"""iso(text, form) as coalesce(
        strftime(try_strptime(written(text, form), '%Y-%m-%d'), '%Y-%m-%d'),
        strftime(try_strptime(written(text, form), {_TIMES}), '%Y-%m-%d %H:%M:%S'), text)""",
)
DAY_FIRST, MONTH_FIRST = r"\3-\2-\1 \4", r"\3-\1-\2 \4"
_SLASHED = r"'^\d{1,2}/\d{1,2}/\d{4}'"


class Reports(Bench):
    """A bench on which report rows become like all others; it works on the tables and books of the one it is given."""

    def __init__(self, bench: Bench) -> None:
        self.__dict__ = bench.__dict__  # one bench under two names, not two
        self._said: dict[tuple[str, str], str] = {}
        for macro in _MACROS:
            self.sql(f"create or replace temp macro {macro}")

    def land(
        self,
        export: Export | None,
        resource: Resource,
        source: str,
        columns: Sequence[str],
        rows: int,
        row: str = AS_JSON,
    ) -> None:
        """Land the relation with whole ids and, where it is a report, with dates and numbers that need no guess."""
        known = [column for column in columns if column in resource.columns]
        changed = {column: f"wide_id({ident(column)})" for column in known if column == "id" or column.endswith("_id")}
        if "system_modstamp" not in columns:
            days = [column for column in known if column.endswith(("_date", "_date_c"))]
            changed |= {column: f"plain_number({ident(column)})" for column in known if column in NUMBERS}
            changed |= self._days(export, resource, source, days) if days else {}
        if changed:
            listed = ", ".join(f"{value} as {ident(column)}" for column, value in changed.items())
            source = f"(select * replace ({listed}) from {source})"
        super().land(export, resource, source, columns, rows, row)

    def read(self, export: Export, resource: str, rows: int, columns: Mapping[str, str], note: str) -> None:
        """Write down what was read, and how dates were understood."""
        said = self._said.pop((export.delivery_id, resource), "")
        super().read(export, resource, rows, columns, "; ".join(part for part in (note, said) if part))

    def _days(self, export: Export | None, resource: Resource, source: str, columns: Sequence[str]) -> dict[str, str]:
        """SQL of each date column. 31/12 and 12/31 show what comes first; where no date does, they stay as they are.

        Dates with dots or hyphens have the day first wherever people write them so.
        """
        days = " union all ".join(f"select plain({ident(column)}) as day from {source}" for column in columns)
        ((is_there, has_late_first, has_late_second),) = self.sql(
            "select bool_or(true), bool_or(split_part(day, '/', 1)::int > 12),"
            " bool_or(split_part(day, '/', 2)::int > 12)"
            f" from ({days}) where regexp_matches(day, {_SLASHED})"
        )
        form = None
        if has_late_first != has_late_second:
            form = DAY_FIRST if has_late_first else MONTH_FIRST
        if is_there and export is not None:
            said = {DAY_FIRST: "dates read as day/month/year", MONTH_FIRST: "dates read as month/day/year"}
            unread = "no date of this file shows whether day or month comes first, so none is read"
            self._said[(export.delivery_id, resource.name)] = said.get(form or "", unread)
        return {column: _iso(ident(column), form) for column in columns}


def _iso(column: str, form: str | None) -> str:
    slashed = column if form is None else f"iso({column}, {literal(form)})"
    return f"case when regexp_matches(plain({column}), {_SLASHED}) then {slashed} else iso({column}, '{DAY_FIRST}') end"
