"""The alert file: what is shipped can be asked, and a mistake is told with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.policy.condition import depends_on_workflows
from models.policy.loading import PolicyError, load_policies
from pipelines.rooms import catalogue

FILE = """\
[[channel]]
id = "files"
kind = "file"
folder = "told"

[[channel]]
id = "chat"
kind = "http"
url_env = "ALERT_URL"

[[alert]]
id = "notice"
name = "Notice"
mart = "renewal"
when = "status = 'open' and notice_on <= as_of_on + 30"
key = ["renewal_id"]
since = "notice_on"
message = "{company_name} until {notice_on}, today {as_of_on}"
to = "files"
cooldown_days = 3
"""


def test_the_shipped_alerts_go_to_a_file_and_nowhere_else() -> None:
    tables = load_policies()
    assert tables["alert_channel"]["kind"].unique().to_list() == ["file"]
    expected = {"at_risk", "health_fell", "renewal_notice", "leak", "unpaid", "champion_left", "sla_overdue"}
    assert set(tables["alert_alert"]["id"]) == expected


def test_an_own_file_becomes_rows(tmp_path: Path) -> None:
    (tmp_path / "alert.toml").write_text(FILE)
    tables = load_policies(tmp_path)
    assert tables["alert_channel"].rows() == [("files", "file", None, "told"), ("chat", "http", "ALERT_URL", None)]
    (alert,) = tables["alert_alert"].to_dicts()
    assert alert["key"] == ["renewal_id"]
    assert alert["is_active"]


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ('mart = "renewal"', 'mart = "renewall"', 14, r"there is no mart 'renewall'; did you mean 'renewal'\? "),
        ('mart = "renewal"', 'mart = "work_due"', 14, "own workflows noted.*ask the mart that the workflow's"),
        ("status = 'open'", "stattus = 'open'", 15, "marts.renewal has no column stattus"),
        ("status = 'open' and", "status = = 'open' and", 15, r"no SQL condition: .* read on after 'status = ='\. "),
        ("status = 'open' and", "status < current_date and", 15, "without today's date"),
        ("status = 'open' and", "(select true) and", 15, "without a subquery"),
        ("status = 'open' and", "nofunction(status) and", 15, "cannot be asked: .*nofunction"),
        ("status = 'open' and notice_on <= as_of_on + 30", "base_mrr", 15, "a DECIMAL.*, where a condition is true"),
        ('key = ["renewal_id"]', 'key = ["id"]', 16, "has no column 'id'"),
        ('key = ["renewal_id"]', "key = []", 16, "one column or more"),
        ('since = "notice_on"', 'since = "status"', 17, "must be a column that holds a day"),
        ("{notice_on},", "{noticed_on},", 18, "has no column 'noticed_on'"),
        ("{notice_on},", "{base_mrr:.2f},", 18, "nothing else within them"),
        ("{notice_on},", "{notice_on.year},", 18, "has no column 'notice_on.year'"),
        ("{notice_on},", "{notice_on,", 18, "message is no text with columns in braces"),
        ('to = "files"', 'to = "flies"', 11, "alert notice goes to a channel 'flies' .* there are: files, chat"),
        ('id = "chat"', 'id = "files"', 1, "two channels have the id 'files'"),
        ('folder = "told"', 'folder = "chat"\n[[channel]]\nid = "chat2"\nkind = "file"\nfolder = "chat"', 1, "folder"),
        ('folder = "told"', 'folder = "../told"', 1, "plain name of a folder"),
        ('folder = "told"', 'url_env = "X"', 1, "has no url_env"),
        ('url_env = "ALERT_URL"', 'folder = "x"', 6, "has no folder"),
        ('url_env = "ALERT_URL"', "", 6, "name of an environment variable"),
        ("cooldown_days = 3", "cooldown_days = -3", 20, "greater than or equal to 0"),
        ("cooldown_days = 3", "cool_down = 3", 20, "alert.*cool_down is no setting"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, sentence: str) -> None:
    assert old in FILE
    path = tmp_path / "alert.toml"
    path.write_text(FILE.replace(old, new, 1))
    with pytest.raises(PolicyError, match=rf"(?s)^{path}:{line}: .*{sentence}.*(Change it|Correct|[Gg]ive|Add it)"):
        load_policies(tmp_path)


def test_no_alert_at_all_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "alert.toml").write_text("alert = []\n")
    found = load_policies(tmp_path)
    assert (found["alert_alert"].height, found["alert_channel"].height) == (0, 0)


@pytest.mark.parametrize("key", ["url_env", "url"])
def test_an_address_in_the_file_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    secret = "https://hooks.example/services/T000/B000/hush"
    (tmp_path / "alert.toml").write_text(FILE.replace('url_env = "ALERT_URL"', f'{key} = "{secret}"'))
    with pytest.raises(PolicyError) as told:
        load_policies(tmp_path)
    assert "hush" not in str(told.value)
    assert "alert.toml:" in str(told.value)


def test_marts_that_follow_from_workflows_are_those_of_the_catalogue() -> None:
    """By the files of the models alone the same marts are found as in the graph of what each table reads."""
    closed: set[str] = set()
    for name, table in catalogue().items():
        if name in ("ledger.workflow_run", "ledger.workflow_step") or table.reads & closed:
            closed.add(name)
    marts = [name for name in catalogue() if name.startswith("marts.")]
    assert {name for name in marts if depends_on_workflows(name.split(".")[1])} == closed & set(marts)
    assert {"marts.work_due", "marts.timeline"} <= closed
