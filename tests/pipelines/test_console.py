"""What all commands have in common stands once, and every one of them keeps to it."""

from __future__ import annotations

import ast
import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipelines.answers import todo
from pipelines.home import Home

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    import typer
    from typer.testing import CliRunner

    from pipelines.cli import app
    from pipelines.console import _spoken_kinds, out, refuse, spoken

PIPELINES = Path(__file__).resolve().parents[2] / "pipelines"
SPEAKS_ELSEWHERE = {
    # told by the run or the sync as what failed there, beside what was done
    "UnbuiltError",
    "UnfinishedError",
    "MappingError",
}
WITHOUT_A_HOME = ["init", "doctor", "demo", "add-source"]
ARGUMENTS = {
    "brief": ["ada@brightfork.example"],
    "done": ["workspace:1"],
    "changes": ["brightfork"],
    "compare": ["--policy", "standard", "--policy", "stripe"],
    "explain company": ["brightfork"],
    "explain contact": ["ada@brightfork.example"],
    "explain team_member": ["mia"],
    "explain health": ["brightfork"],
    "handover": ["brightfork"],
    "explain mrr": ["brightfork", "2026-06"],
    "match same": ["a:1", "b:2"],
    "match different": ["a:1", "b:2"],
    "match undo": ["1"],
    "match preview": ["undo", "1"],
    "match why": ["a:1", "b:2"],
    "outbox drop": ["abc"],
}


def commands(group: click.Command, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that can be typed, by its words."""
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, (*before, name))
    else:
        yield before


ALL = list(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", [words for words in ALL if words[0] not in WITHOUT_A_HOME], ids=" ".join)
def test_every_command_says_where_there_is_no_home_yet(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RAPPORT_HOME", "DAGSTER_HOME", "DLT_DATA_DIR"):
        monkeypatch.setenv(name, "")
    nowhere = tmp_path / "nowhere"
    done = CliRunner().invoke(app, [*words, *ARGUMENTS.get(" ".join(words), []), "--home", str(nowhere)])
    assert done.exit_code == 2, done.output
    assert done.stderr == f"{nowhere} is no Rapport home yet. Run `rapport init` first.\n"
    assert not nowhere.exists(), "a command that was refused leaves nothing behind"


def test_the_sentences_of_a_home_stand_once() -> None:
    texts = {path: path.read_text() for path in sorted(PIPELINES.rglob("*.py"))}
    assert [path.name for path, text in texts.items() if "is no Rapport home yet" in text] == ["home.py"]
    assert [path.name for path, text in texts.items() if "Console(" in text] == ["console.py"]
    assert [path.name for path, text in texts.items() if '"--home"' in text] == ["console.py"]


def _errors() -> Iterator[type[Exception]]:
    """Every kind of error that a module of pipelines declares."""
    for path in sorted(PIPELINES.rglob("*.py")):
        module = ".".join(path.relative_to(PIPELINES.parent).with_suffix("").parts)
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                yield getattr(importlib.import_module(module), node.name)


def test_every_error_for_people_is_spoken(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = list(_errors())
    assert len(kinds) > 8, "found by their names"
    for kind in kinds:
        assert issubclass(kind, _spoken_kinds()) is (kind.__name__ not in SPEAKS_ELSEWHERE), kind.__name__
    with pytest.raises(typer.Exit) as ended, spoken():
        raise _spoken_kinds()[0]("Take [another] name.")
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err == "Take [another] name.\n"
    with pytest.raises(ZeroDivisionError), spoken():  # a fault of ours is not dressed up as one of theirs
        _ = 1 / 0


def test_what_is_printed_is_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    out.print("workspace:asked:zendesk:100:2026-06-30:offer", markup=False)
    with pytest.raises(typer.Exit):
        refuse("Nobody goes by zendesk:100:x.")
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "workspace:asked:zendesk:100:2026-06-30:offer\n",
        "Nobody goes by zendesk:100:x.\n",
    )


def test_work_is_a_day_late_or_days() -> None:
    row = {"due_on": "2026-06-29", "owner_name": "Mia", "description": "Call", "kind": "task", "company_name": None}
    row |= {"contact_name": None, "work_id": "t:1"}
    for days, words in ((0, ""), (1, " (1 day late)"), (2, " (2 days late)")):
        assert todo.line(row | {"days_late": days}) == f"2026-06-29{words}  Mia: Call (task; no customer)  t:1"


def test_what_a_home_lacks_names_it(tmp_path: Path) -> None:
    assert str(tmp_path) in Home(tmp_path).missing()
