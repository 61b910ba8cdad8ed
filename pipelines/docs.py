"""The documents that are made from the code: the dictionary in models/README.md and the matrix in connectors/README.md.

`python -m pipelines.docs` writes them; with `--check` it only says which are stale and exits with 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines import metrics
from pipelines.home import ROOT
from pipelines.rooms import Table, catalogue, invariants, sources
from pipelines.schemas import columns_of, schema_of

NOTE = "<!-- Made by `make docs` from the code; edit the code, not this file. -->"
END = "<!-- End of what is made from the code. -->"


def dictionary() -> str:
    """models/README.md: every published table with its columns, what it is made from, every metric and invariant."""
    tables = list(catalogue().values())
    parts = [
        "# What everything is",
        NOTE,
        "Every table that analysts see, its columns and what it is made from; then the metrics and the sentences that "
        "must hold. Words are explained in [GLOSSARY.md](GLOSSARY.md), choices in [DECISIONS.md](DECISIONS.md).",
    ]
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
    """connectors/README.md with its matrix made anew: which connector gives which object."""
    written = (ROOT / "connectors" / "README.md").read_text()
    given = {
        source: {t.object_name for t in catalogue().values() if t.source == source and t.kind == "staging"}
        for source in sources()
    }
    head = "| object | " + " | ".join(given) + " |\n|---|" + ":-:|" * len(given)
    rows = "".join(
        f"\n| {name} | " + " | ".join("x" if name in given[source] else "" for source in given) + " |"
        for name in sorted(set().union(*given.values()))
    )
    before, _, rest = written.partition(NOTE)
    _, _, after = rest.partition(END)
    return f"{before}{NOTE}\n\n{head}{rows}\n\n{END}{after}"


DOCUMENTS = {ROOT / "models" / "README.md": dictionary, ROOT / "connectors" / "README.md": matrix}


def stale() -> list[Path]:
    """The documents that are not what the code would make now."""
    return [path for path, make in DOCUMENTS.items() if not path.exists() or path.read_text() != make()]


def main() -> int:
    """Write the documents, or check them; returns the exit code."""
    if "--check" in sys.argv[1:]:
        found = stale()
        for path in found:
            print(f"{path.relative_to(ROOT)} is stale: run `make docs`")
        return 1 if found else 0
    for path, make in DOCUMENTS.items():
        path.write_text(make())
    return 0


if __name__ == "__main__":
    sys.exit(main())
