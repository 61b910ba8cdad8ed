"""Names as they are compared: folded to plain lower-case words, a company's without its legal form. Matches nothing."""

from __future__ import annotations

from functools import cache

import polars as pl
from cleanco.clean import get_unique_terms
from cleanco.non_nfkd_map import NON_NFKD_MAP

_LETTERS = {letter.lower(): plain.lower() for letter, plain in NON_NFKD_MAP.items()} | {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ı": "i",
}
_UNLISTED_FORMS = ("ug haftungsbeschrankt", "ug", "ohg", "gbr", "ek", "se", "eg", "zoo", "ltee", "pvt", "kk", "lc")
"""Legal forms that cleanco's lists lack, as they read once folded."""
_LINKING_WORDS = r"\b(?:and|und|et|y|e|og|och|en|i)\b"


def folded(text: pl.Expr) -> pl.Expr:
    """Lower case, without accents and punctuation, words apart by one blank; null where nothing is left.

    Points and apostrophes vanish (S.A. is sa, O'Brien obrien); what else is no letter or digit parts two words.
    """
    plain = (
        text.str.to_lowercase()
        .str.replace_many(list(_LETTERS), list(_LETTERS.values()))
        .str.normalize("NFKD")
        .str.replace_all(r"[\p{M}.'’`´]", "")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    return pl.when(plain != "").then(plain)


def company_names(names: pl.Series) -> pl.DataFrame:
    """Unique company names as name, clean_name (without the legal form at its end and linking words), legal_form."""
    ending = rf"^(.+?)((?: (?:{_legal_forms()}))*)$"
    parts = folded(pl.col("name")).str.extract_groups(ending)
    read = pl.DataFrame({"name": names}).drop_nulls().unique(maintain_order=True).select("name", parts=parts)
    words = pl.col("parts").struct[0].str.replace_all(_LINKING_WORDS, " ").str.replace_all(r" +", " ").str.strip_chars()
    form = pl.col("parts").struct[1].str.strip_chars()
    return read.select(
        "name",
        clean_name=pl.when(words != "").then(words).otherwise(pl.col("parts").struct[0]),
        legal_form=pl.when(form != "").then(form),
    )


@cache
def _legal_forms() -> str:
    """One pattern of all legal forms, longest first, as they read once folded."""
    listed = pl.DataFrame({"term": sorted(get_unique_terms())}).select(folded(pl.col("term")))["term"].drop_nulls()
    terms = {*listed, *_UNLISTED_FORMS}
    return "|".join(sorted(terms, key=lambda term: (-len(term), term)))


def person_names(rows: pl.DataFrame) -> pl.DataFrame:
    """The frame with its name, first_name, last_name replaced by folded ones, and clean_name: first name, then last.

    Where a source gives only the whole name, "Last, First" is turned round; else its last word is the last name. An
    e-mail address is no name.
    """
    whole = pl.when(~pl.col("name").str.contains("@", literal=True)).then("name")
    turned = whole.str.replace(r"^\s*([^,]+?)\s*,\s*([^,]+?)\s*$", "$2 $1")
    said = rows.with_columns(
        _whole=folded(turned), _first=folded(pl.col("first_name")), _last=folded(pl.col("last_name"))
    )
    has_parts = pl.col("_first").is_not_null() & pl.col("_last").is_not_null()
    has_two = pl.col("_whole").str.contains(" ", literal=True)
    first = pl.when(has_parts | ~has_two).then("_first").otherwise(pl.col("_whole").str.replace(r" \S+$", ""))
    last = pl.when(has_parts | ~has_two).then("_last").otherwise(pl.col("_whole").str.extract(r"(\S+)$"))
    both = pl.concat_str(["_first", "_last"], separator=" ", ignore_nulls=True)
    return said.with_columns(
        first_name=first,
        last_name=last,
        clean_name=pl.when(has_parts).then(both).otherwise(pl.coalesce("_whole", pl.when(both != "").then(both))),
    ).drop("_whole", "_first", "_last")
