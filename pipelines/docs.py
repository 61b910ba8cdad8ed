"""The documents that are made from the code: the dictionary in models/README.md and the matrix in connectors/README.md.

`python -m pipelines.docs` writes them; with `--check` it only says which are stale and exits with 1. Every publish
writes the dictionary of its home, with the workspace's own fields and objects, beside the published file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from pipelines import declarations
from pipelines.declared import FILES, current
from pipelines.home import ROOT
from pipelines.rooms import Table, catalogue, invariants, sources
from pipelines.schemas import KERNEL_FIELDS, columns_of, schema_of
from pipelines.sync import raw
from pipelines.sync.raw import SYSTEM_COLUMNS
from pipelines.tables import metrics

NOTE = "<!-- Made by `make docs` from the code; edit the code, not this file. -->"
END = "<!-- End of what is made from the code. -->"


def dictionary() -> str:
    """models/README.md: every published table with its columns, what it is made from, every metric and invariant."""
    words = "Words are explained in [GLOSSARY.md](GLOSSARY.md), choices in [DECISIONS.md](DECISIONS.md)."
    return _dictionary(NOTE, words)


def home_dictionary() -> str:
    """The same for the home whose declarations are in force."""
    own = [found.name for found in current().custom.object]
    fields = [f"{found.object}.{found.name}" for found in current().custom.field]
    told = f"Declared in config/custom.toml: {', '.join(own + fields)}." if own or fields else ""
    return _dictionary("<!-- Made with every publish. -->", told)


def _dictionary(note: str, words: str) -> str:
    tables = list(catalogue().values())
    about = (
        "Every table that analysts see, its columns and what it is made from; then the metrics and the sentences that "
    )
    parts = ["# What everything is", note, f"{about}must hold. {words}".strip()]
    for room, title in (("objects", "Objects"), ("marts", "Marts")):
        parts.append(f"## {title}")
        parts += [_table(table) for table in sorted(tables, key=lambda t: t.name) if table.name.startswith(f"{room}.")]
    parts.append("## Metrics\n\n| metric | what it says | from | unit |\n|---|---|---|---|")
    parts[-1] += "".join(
        f"\n| {metric.name} | {metric.sentence} | {metric.mart} | {metric.unit} |" for metric in metrics.declared()
    )
    parts.append("## Invariants\n\n" + "\n".join(f"- {invariant.sentence}" for invariant in invariants()))
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    schema = schema_of(table.name)
    assert schema is not None
    about = " ".join((schema.__doc__ or "").split())
    made_from = ", ".join(sorted(name for name in table.reads if not name.startswith("staging_"))) or "the sources"
    rows = "".join(
        f"\n| {'**' + c.name + '**' if c.key else c.name} | {c.sql_type} | {'' if c.nullable else 'yes'} | "
        f"{c.description}{' → ' + c.references if c.references else ''} |"
        for c in columns_of(schema)
    )
    head = "| column | type | always there | meaning |\n|---|---|---|---|"
    return f"### {table.name}\n\n{about} Made from: {made_from}.\n\n{head}{rows}"


def matrix() -> str:
    """connectors/README.md with its matrix made anew: which connector gives which object, and which fields of it."""
    written = (ROOT / "connectors" / "README.md").read_text()
    given = _given_fields()
    names = [source for source in sources() if source != FILES]
    head = "| object | " + " | ".join(names) + " |\n|---|" + ":-:|" * len(names)
    objects = sorted({name for _, name in given})
    rows = "".join(
        f"\n| {name} | " + " | ".join("x" if (source, name) in given else "" for source in names) + " |"
        for name in objects
    )
    fields = "\n\n".join(_fields(name, {s: given[s, name] for s in names if (s, name) in given}) for name in objects)
    before, _, rest = written.partition(NOTE)
    _, _, after = rest.partition(END)
    about = "The connector `files` gives any object, by a mapping you write. Fields that nobody fills are left out."
    return f"{before}{NOTE}\n\n{head}{rows}\n\n{about}\n\n{fields}\n\n{END}{after}"


def _given_fields() -> dict[tuple[str, str], set[str]]:
    """The fields each mapping fills, by connector and object, as an empty warehouse describes its SQL."""
    shared = {*KERNEL_FIELDS, *SYSTEM_COLUMNS, "_row_id", "_loaded_at", "source_record_id"}
    with duckdb.connect() as con:
        raw.prepare(con)
        return {
            (str(table.source), table.object_name): {
                column for column, *_ in con.execute(f"describe {table.sql}").fetchall() if column not in shared
            }
            for table in catalogue().values()
            if table.kind == "staging" and table.source != FILES
        }


def _fields(name: str, given: dict[str, set[str]]) -> str:
    """One object's fields by the connectors that give it, folded away."""
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    rows = "".join(
        f"\n| {column.name} | " + " | ".join("x" if column.name in fields else "" for fields in given.values()) + " |"
        for column in columns_of(schema)
        if any(column.name in fields for fields in given.values())
    )
    head = "| field | " + " | ".join(given) + " |\n|---|" + ":-:|" * len(given)
    return f"<details><summary>{name}</summary>\n\n{head}{rows}\n\n</details>"


DOCUMENTS = {ROOT / "models" / "README.md": dictionary, ROOT / "connectors" / "README.md": matrix}


def stale() -> list[Path]:
    """The documents that are not what the code would make now; puts no declarations in force."""
    declarations.use(None)
    return [path for path, make in DOCUMENTS.items() if not path.exists() or path.read_text() != make()]


def main() -> int:
    """Write the documents, or check them; returns the exit code."""
    if "--check" in sys.argv[1:]:
        found = stale()
        for path in found:
            print(f"{path.relative_to(ROOT)} is stale: run `make docs`")
        return 1 if found else 0
    declarations.use(None)
    for path, make in DOCUMENTS.items():
        path.write_text(make())
    return 0


if __name__ == "__main__":
    sys.exit(main())
