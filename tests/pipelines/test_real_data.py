"""Real exports and awkward corpora nobody here wrote, through every connector: no crash, every row accounted for."""

from __future__ import annotations

import shutil

import pytest

from pipelines import demo, runs
from pipelines.home import ROOT, Home
from pipelines.rooms import sources
from pipelines.sync.ingest import inbox_files, sync

REAL_DATA = ROOT.parent / "shared" / "data"
DELIVERED = {
    "hubspot": ("hubspot", "csv", "strings"),
    "stripe": ("stripe", "json"),
    "zendesk": ("zendesk", "json"),
    "mail": ("mail_bounces",),
    "survey": ("csv", "strings"),
}
"""Which folders of the corpora each source's inbox gets."""


@pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the folder of real exports is not there")
def test_real_files_are_stored_quarantined_or_repeated(home: Home) -> None:
    for source, folders in DELIVERED.items():
        for folder in folders:
            shutil.copytree(REAL_DATA / folder, home.inbox / source / folder)
    demo.write_exports("fx", {}, home.inbox / "fx", 1)
    synced = {found.source: found for found in sync(home, list(sources()), None, lambda _: None)}
    for source, found in synced.items():
        for delivery in found.deliveries:
            assert delivery.rows_read == delivery.rows_stored + delivery.rows_quarantined + delivery.rows_repeated
        told = len({delivery.file for delivery in found.deliveries})
        assert told + found.files_known == len(inbox_files(home, source)), "every file was taken or known already"
    assert sum(delivery.rows_stored for delivery in synced["hubspot"].deliveries) > 400
    assert sum(delivery.rows_stored for delivery in synced["zendesk"].deliveries) > 100
    assert sum(delivery.rows_stored for delivery in synced["mail"].deliveries) > 1_200
    result = runs.run(home, demo.LAST_DAY, lambda _: None, lambda *_: None)
    assert result.failures == []
    assert result.published
