"""The rules of the house (DESIGN): what may stand where, how long, under which name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from pipelines import docs
from pipelines.declared import FILES
from pipelines.rooms import CONNECTORS, MERGED, MODELS, catalogue, invariants, sources
from pipelines.schemas import check_reasons, columns_of, schema_of

ROOT = Path(__file__).resolve().parent.parent
TRACKED = [
    ROOT / line
    for line in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    if (ROOT / line).is_file()
]
PYTHON = [path for path in TRACKED if path.suffix == ".py"]
SQL = [path for path in TRACKED if path.suffix == ".sql"]
ROOMS = {"connectors", "models", "pipelines", "tests"}
SCHEMAS = [table for table in catalogue().values() if schema_of(table.name) is not None]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_top_level_has_no_other_folder() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in TRACKED if len(path.relative_to(ROOT).parts) > 1}
    assert {name for name in folders if not name.startswith(".")} == ROOMS


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_python_is_short_and_says_what_belongs_in_it(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 350, "a module of more than about 300 lines wants splitting"
    assert ast.get_docstring(ast.parse(text)), "the first sentence of a module says what belongs in it"
    assert path.name not in ("utils.py", "helpers.py", "misc.py", "common.py")


@pytest.mark.parametrize("path", [path for path in PYTHON if "tests" not in path.parts], ids=relative)
def test_functions_are_short_and_public_ones_are_explained(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            public = not node.name.startswith("_")
            nested = isinstance(node, ast.FunctionDef) and node.col_offset > 4
            if public and not nested and not (isinstance(node, ast.FunctionDef) and node.name in ("emit",)):
                assert ast.get_docstring(node) or node.col_offset > 0, f"{node.name} has no docstring"
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, f"{node.name} is longer than about 40 lines"


@pytest.mark.parametrize("path", SQL, ids=relative)
def test_sql_is_one_short_portable_statement(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 110, "more than about 80 lines: a step with a name is missing"
    parsed = sqlglot.parse(text, read="duckdb")
    assert len([statement for statement in parsed if statement is not None]) == 1
    assert "{{" not in text, "no templating"
    tree = parsed[0]
    assert tree is not None
    refused = [exp.Pivot, exp.CurrentDate, exp.CurrentTimestamp]
    for kind in refused:
        assert not list(tree.find_all(kind)), f"{kind.__name__} is not in the SQL that DuckDB and Spark agree on"
    for difference in tree.find_all(exp.DateDiff):
        unit = str(difference.args.get("unit") or "DAY").strip("'").upper()
        assert unit in ("DAY", "SECOND", "MICROSECOND"), f"date_diff of a {unit} counts differently in DuckDB and Spark"
    lowered = re.sub(r"--.*", "", text.lower())
    for word in (
        "asof join",
        "columns(",
        " hash(",
        "insert or replace",
        "distinct on",
        "quantile_cont",
        "dayofweek(",
        "isodow(",
    ):
        assert word not in lowered, f"{word!r} is not in the SQL that DuckDB and Spark agree on"


@pytest.mark.parametrize("path", [path for path in SQL if path.is_relative_to(MODELS)], ids=relative)
def test_a_line_of_a_model_is_no_wider_than_a_page(path: Path) -> None:
    assert [line for line in path.read_text().splitlines() if len(line) > 125] == [], "break it at about 120"


# The demo's world says in which system a thing stands; everything else in models must not know.
NAMELESS = [p for p in TRACKED if p.is_relative_to(MODELS) and not p.is_relative_to(MODELS / "demo")]


@pytest.mark.parametrize("path", [p for p in NAMELESS if p.suffix in (".py", ".sql")], ids=relative)
def test_models_name_no_source(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".py":
        tree = ast.parse(text)
        said = [
            ast.get_docstring(node, clean=False)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef)
        ]
        for words in said:  # a docstring may give the word another system has for a thing
            text = text.replace(words or "", "")
    text = re.sub(r"^\s*#.*$|--.*$", "", text, flags=re.MULTILINE).lower()
    for source in sorted(set(sources()) - {"mail", "survey", "fx", "calendar", "files"}):
        assert not re.search(rf"(?<![a-z]){source}(?![a-z])", text), f"models name no source, and this names {source}"


@pytest.mark.parametrize("source", list(sources()))
def test_a_connector_is_whole(source: str) -> None:
    folder = CONNECTORS / source
    assert (folder / "README.md").is_file()
    assert (folder / "demo.py").is_file()
    assert any((folder / "sample").rglob("*")), "a connector has small exports in the vendor's own shape"
    assert list(folder.glob("*.sql")) or source == FILES, "a connector maps to at least one object"
    assert (ROOT / "tests" / "connectors" / f"test_{source}.py").is_file()
    for other in sources():
        if other != source:
            for path in folder.glob("*.py"):
                assert f"connectors.{other}" not in path.read_text(), "a source knows no other source"


@pytest.mark.parametrize(
    "table", [t for t in catalogue().values() if t.kind == "staging"], ids=lambda table: table.name
)
def test_a_mapping_reads_only_its_own_source(table) -> None:  # type: ignore[no-untyped-def]
    assert schema_of(f"objects.{table.object_name}") is not None
    assert all(read.startswith(f"raw_{table.source}.") for read in table.reads), table.reads


@pytest.mark.parametrize("table", SCHEMAS, ids=lambda table: table.name)
def test_every_published_column_is_described_and_well_named(table) -> None:  # type: ignore[no-untyped-def]
    schema = schema_of(table.name)
    assert schema is not None
    assert (schema.__doc__ or "").strip()
    columns = columns_of(schema)
    assert [column for column in columns if column.key], "a table has a key"
    for column in columns:
        assert column.description, column.name
        assert column.name != "nrr", "Planhat's word for something else"
        assert not column.name.endswith("_at") or column.sql_type == "TIMESTAMP", column.name
        assert not column.name.endswith("_on") or column.sql_type == "DATE", column.name
        assert not column.name.startswith(("is_", "has_")) or column.sql_type == "BOOLEAN", column.name
        assert not re.search(r"(^|_)(amount|total|mrr|arr)$", column.name) or column.sql_type != "DOUBLE", column.name
        assert column.references is None or f"objects.{column.references}" in catalogue(), column.name
        check_reasons(column)  # raises where a check has no words


def test_every_invariant_is_a_sentence() -> None:
    for invariant in invariants():
        assert re.match(r"[A-Z0-9].*\.$", invariant.sentence), f"{invariant.name}: {invariant.sentence!r}"
        assert invariant.reads & catalogue().keys(), f"{invariant.name} reads no table of ours"


def test_merged_objects_have_links() -> None:
    assert {f"identity.{name}_link" for name in MERGED} <= catalogue().keys()


def test_generated_documents_are_current() -> None:
    assert docs.stale() == []


def test_layers_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_nothing_of_a_machine_is_in_the_project() -> None:
    for path in TRACKED:
        if path.suffix in (".py", ".sql", ".md", ".toml", ".yaml", "") and path.name not in ("uv.lock", "LICENSE"):
            text = path.read_text(errors="ignore")
            assert not re.search(r"/(home|root|Users|work)/[a-z]", text.replace("RAPPORT_HOME/work/", "")), relative(
                path
            )
