"""Mail: where messages begin, what is read from one, which of them a person wrote, and what becomes of threads."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from connectors.mail.charset import decode
from connectors.mail.headers import addresses, is_robot, words
from connectors.mail.mailbox import MAX_MESSAGE_BYTES, NotMail, Raw, messages_in
from connectors.mail.message import Row, Unreadable, read_message
from connectors.mail.source import mail
from tests.conftest import LandFiles
from tests.connectors.conftest import REAL_DATA, Delivered, Judged
from tests.connectors.mail_letters import letter

FROM_LINE = b"From anna@x.example Mon Mar  2 08:15:00 2026\n"


def read(*fields: str, text: str | bytes = "Hello") -> Row:
    return read_message(Raw(letter(*fields, text=text)))[0]


def split(tmp_path: Path, content: bytes, name: str = "box.mbox") -> list[Raw]:
    path = tmp_path / "file"
    path.write_bytes(content)
    return list(messages_in(path, name))


# --- where messages begin ---------------------------------------------------------------------------------------------


def test_an_mbox_is_split_at_its_from_lines_and_each_message_knows_its_line(tmp_path: Path) -> None:
    first, second = letter("Subject: one", text="a\n"), letter("Subject: two", text="b\n")
    raws = split(tmp_path, FROM_LINE + first + b"\n" + FROM_LINE + second)
    assert [raw.content for raw in raws] == [first, second]
    assert [raw.line for raw in raws] == [1, 3 + first.count(b"\n")]
    assert raws[0].envelope == "anna@x.example Mon Mar  2 08:15:00 2026"


@pytest.mark.parametrize(
    "line",
    [
        b"\nFrom the beginning it was clear\nthat this is prose.\n",  # no date, no field after it
        b">From my side it is fine\n",  # quoted, as writers should
        b"text before\nFrom here on: nothing\n",  # no blank line before
    ],
)
def test_a_from_line_in_a_text_begins_no_message(tmp_path: Path, line: bytes) -> None:
    (raw,) = split(tmp_path, FROM_LINE + letter(text=b"Hi\n" + line))
    assert raw.content.endswith(line.replace(b">From", b"From"))


def test_quoted_from_lines_lose_one_mark(tmp_path: Path) -> None:
    (raw,) = split(tmp_path, FROM_LINE + letter(text=">From a\n>>From b\n> From c\n"))
    assert raw.content.endswith(b"From a\n>From b\n> From c\n")


def test_thunderbird_separators_without_a_date_and_windows_line_ends(tmp_path: Path) -> None:
    one = letter("Subject: one", text="a\n").replace(b"\n", b"\r\n")
    raws = split(tmp_path, b"From \r\n" + one + b"\r\nFrom - Mon Mar 02 08:15:00 2026\r\n" + one)
    assert [raw.content for raw in raws] == [one, one]


def test_a_message_too_large_is_cut_in_memory_and_rejected(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.write(FROM_LINE + letter() + b"\n")
        for _ in range(MAX_MESSAGE_BYTES // 2**20 + 1):
            file.write(b"x" * 2**20)
        file.write(b"\n\n" + FROM_LINE + letter("Subject: next"))
    large, after = messages_in(path, "box.mbox")
    assert len(large.content) < 2**20 < MAX_MESSAGE_BYTES < large.size
    with pytest.raises(Unreadable, match="larger than"):
        read_message(large)
    assert read_message(after)[0]["subject"] == "next"


def test_single_files_maildir_and_what_is_not_mail(tmp_path: Path) -> None:
    assert len(split(tmp_path, letter(), "folder/a.eml")) == 1
    assert len(split(tmp_path, letter(), "Maildir/cur/1772.M1P1.host:2,S")) == 1
    assert split(tmp_path, letter(), "Maildir/tmp/1772.M1P1.host") == []
    assert split(tmp_path, b"", "Inbox") == split(tmp_path, b"index", "Inbox.msf") == []
    apple = letter()
    (raw,) = split(tmp_path, b"%d \n" % len(apple) + apple + b"<?xml ...", "1.emlx")
    assert raw.content == apple
    with pytest.raises(NotMail, match="Outlook"):
        split(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1", "a.msg")
    with pytest.raises(Unreadable, match="no mail header"):
        read_message(split(tmp_path, b"just a text\n", "notes.txt")[0])


@pytest.mark.parametrize(
    ("name", "aside"),
    [
        ("Maildir/cur/1.host:2,DS", "draft"),
        ("Maildir/.Drafts/cur/1.host", "draft"),
        ("Takeout/Mail/Spam.mbox", "spam"),
        ("Takeout/Mail/Inbox.mbox", None),
        ("saved/draft.eml", None),
    ],
)
def test_drafts_and_spam_are_known_by_their_folder_or_flag(tmp_path: Path, name: str, aside: str | None) -> None:
    content = FROM_LINE + letter() if name.endswith("mbox") else letter()
    assert split(tmp_path, content, name)[0].aside == aside


# --- what is read from one --------------------------------------------------------------------------------------------


def test_one_row_and_its_addresses() -> None:
    content = letter(
        "Message-ID: <a@x.example>",
        "In-Reply-To: <b@x.example>",
        "References: <root@x.example>\n <b@x.example>",
        'To: "Berg, Anna" <Anna@X.example>, bob@y.example',
        "Cc: =?utf-8?q?J=C3=BCrgen?= <j@z.example>, undisclosed-recipients:;",
        "Reply-To: no-reply@x.example",
        "Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?b?8J+YgA==?=",
        "X-GM-THRID: 17",
        "X-Gmail-Labels: Inbox,=?utf-8?q?Gel=C3=B6st?=",
    )
    row, people = read_message(Raw(content))
    assert row["message_key"] == "<a@x.example>"
    assert (row["in_reply_to"], row["thread_start"]) == ("<b@x.example>", "<root@x.example>")
    assert (row["sent_at"], row["subject"]) == ("2026-03-02T08:15:00Z", "Grüße😀")
    assert (row["x_gm_thrid"], row["x_gmail_labels"], row["note"]) == ("17", "Inbox,Gelöst", None)
    assert [(one["role"], one["address"], one["name"], one["is_robot"]) for one in people] == [
        ("from", "anna@x.example", "Anna", "false"),
        ("to", "anna@x.example", "Berg, Anna", "false"),
        ("to", "bob@y.example", None, "false"),
        ("cc", "j@z.example", "Jürgen", "false"),
        ("reply-to", "no-reply@x.example", None, "true"),
    ]


def test_a_mail_without_id_is_known_by_its_bytes_whatever_file_it_is_in() -> None:
    key = read("Subject: x")["message_key"]
    assert key is not None
    assert key.startswith("sha256:")
    assert read_message(Raw(letter("Subject: x").replace(b"\n", b"\r\n") + b"\r\n"))[0]["message_key"] == key


RECEIVED = "Received: by mx; Mon, 2 Mar 2026 09:00:00 +0100"


@pytest.mark.parametrize(
    ("date", "fields", "envelope", "sent_at", "note"),
    [
        ("Mon, 2 Mar 2026 09:15:00 +0100 (CET)", [], "", "2026-03-02T08:15:00Z", None),
        ("2 Mar 26 08:15 GMT", [], "", "2026-03-02T08:15:00Z", None),
        ("Mon, 2 Mar 2026 08:15:00 -0000", [], "", "2026-03-02T08:15:00Z", None),
        ("Mon, 2 Mar 2026 08:15:00", [], "", "2026-03-02T08:15:00Z", "no time zone; taken as UTC"),
        ("gestern", [RECEIVED], "", "2026-03-02T08:00:00Z", "cannot be read; sent_at is from Received"),
        ("1 Jan 1970 00:00:00 +0000", [RECEIVED], "", "2026-03-02T08:00:00Z", "from Received"),
        ("?", [], "a@b Mon Mar 02 08:00:00 +0000 2026", "2026-03-02T08:00:00Z", "from the mbox"),
    ],
)
def test_when_it_was_sent(date: str, fields: list[str], envelope: str, sent_at: str, note: str | None) -> None:
    row, _ = read_message(Raw(letter(*fields, date=date), envelope=envelope))
    assert row["sent_at"] == sent_at
    assert (row["note"] is None) if note is None else note in str(row["note"])


def test_a_mail_without_any_date_is_rejected() -> None:
    with pytest.raises(Unreadable, match="no readable date"):
        read_message(Raw(letter(date="?")))


@pytest.mark.parametrize(
    ("content", "charset", "text", "note"),
    [
        ("Größe".encode(), "utf-8", "Größe", None),
        ("Größe – 5 €".encode("cp1252"), "iso-8859-1", "Größe – 5 €", None),
        ("Größe".encode("utf-16"), "utf-16", "Größe", None),
        ("漢字".encode("gb18030"), "gb2312", "漢字", None),
        ("Größe".encode(), "us-ascii", "Größe", None),
        ("Größe".encode("cp1252"), "x-nonsense", "Größe", "charset 'x-nonsense' is unknown; read as windows-1252"),
        ("Größe".encode(), None, "Größe", "no charset is named; read as utf-8"),
        ("Größe".encode("cp1252"), "utf-8", "Größe", "charset utf-8 does not fit the bytes; read as windows-1252"),
        (b"\x1b$B4A\xff", "iso-2022-jp", None, "charset iso-2022-jp failed; 1 characters are replaced"),
        (b"abc", "punycode", "abc", None),
    ],
)
def test_charsets(content: bytes, charset: str | None, text: str | None, note: str | None) -> None:
    got, why = decode(content, charset)
    assert why == note
    assert text is None or got == text


def test_the_text_is_plain_where_it_can_be_and_else_the_html_laid_out() -> None:
    def both(plain: str) -> str | None:
        parts = f"--x\nContent-Type: text/plain\n\n{plain}\n--x\nContent-Type: text/html\n\n<p>Rich</p>\n--x--"
        return read("Content-Type: multipart/alternative; boundary=x", text=parts)["body_text"]

    assert both("Plain") == "Plain"
    assert both(" ") == "Rich"
    html = "<div style='display: none'>preview</div><p>One<br>Two</p><table><tr><td>A</td><td>B</td></tr></table>"
    assert read("Content-Type: text/html; charset=utf-8", text=html)["body_text"] == "One\nTwo\n\nA\nB"


def test_attachments_are_named_and_left_alone() -> None:
    parts = [
        ("text/plain", "inline", "Hello"),
        ('application/pdf; name="a.pdf"', "attachment; filename*=utf-8''%C3%9Cbersicht.pdf", "JVBERi0="),
        ('image/png; name="logo.png"\nContent-ID: <logo>', "inline", "iVBORw0K"),
        ("message/rfc822", "inline", "Subject: inner\n\nInner text"),
    ]
    text = "".join(f"--x\nContent-Type: {kind}\nContent-Disposition: {how}\n\n{body}\n" for kind, how, body in parts)
    row = read("Content-Type: multipart/mixed; boundary=x", text=text + "--x--\n")
    assert row["attachment_names"] == '["Übersicht.pdf", "message/rfc822"]'
    assert (row["has_attachments"], row["body_text"]) == ("true", "Hello")
    assert read()["has_attachments"] == "false"


@pytest.mark.parametrize(
    ("fields", "text", "reason"),
    [
        (["X-Long: " + "x" * 600_000], "", "more than 500000 characters"),
        (["Content-Type: multipart/mixed; boundary=x"], "--x\n\na\n" * 2_000, "more than 1000 parts"),
        (["Content-Type: message/rfc822"], "Content-Type: message/rfc822\n\n" * 60, "nested more than 50 deep"),
        (["Content-Type: message/rfc822"], "Content-Type: message/rfc822\n\n" * 2_000, "nested too deep"),
    ],
)
def test_what_is_out_of_all_measure_is_rejected_with_the_reason(fields: list[str], text: str, reason: str) -> None:
    if "50 deep" in reason:
        nested = [f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1, 60)]
        fields, text = ["Content-Type: multipart/mixed; boundary=b0"], "--b0\n" + "".join(nested)
    with pytest.raises(Unreadable, match=reason):
        read(*fields, text=text)


def test_odd_fields() -> None:
    assert words("=?foo?q?a?= =?utf-8?b?!!!?= \\ud800") == "a \\ud800"
    assert addresses(["anna@x.example (Anna)", "<>", "((((", "no address at all"]) == [("anna@x.example", "Anna")]
    assert addresses(["MAILER-DAEMON"]) == [("mailer-daemon", "")]
    robots = "MAILER-DAEMON postmaster@x no-reply@x newsletter-noreply@x bounces+12=a@x do-not-reply@x"
    assert all(is_robot(address.lower()) for address in robots.split())
    assert not any(is_robot(address) for address in ("anna@x", "reply@x", "support@x", "norepinephrine@x"))


# --- which a person wrote ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ([], "person"),
        (["Auto-Submitted: no"], "person"),
        (["Auto-Submitted: auto-replied"], "automatic"),
        (["Precedence: bulk"], "automatic"),
        (["X-Autoreply: yes"], "automatic"),
        (["List-Id: News <news.x.example>"], "automatic"),
        (["List-Id: Team <team.x.example>", "List-Post: <mailto:team@x.example>"], "person"),
        (["Subject: Abwesenheitsnotiz: Frage"], "automatic"),
        (["Subject: Out of office next week"], "person"),
        (["Subject: Undelivered mail, what now?"], "person"),
        (["Subject: Mail delivery failed", "Return-Path: <>"], "bounce"),
        (["X-Failed-Recipients: gone@y.example"], "bounce"),
    ],
)
def test_verdicts(fields: list[str], verdict: str) -> None:
    row = read(*fields)
    expected = {"person": ("false", "false"), "automatic": ("true", "false"), "bounce": ("true", "true")}[verdict]
    assert (row["is_automatic"], row["is_bounce"]) == expected


@pytest.mark.parametrize(("action", "bounce", "failed"), [("failed", "true", True), ("relayed", "false", False)])
def test_delivery_reports_name_whom_mail_did_not_reach(action: str, bounce: str, failed: bool) -> None:
    report = f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; <Gone@Y.example>\nAction: {action}\nStatus: 5.1.1\n"
    text = f"--x\nContent-Type: text/plain\n\nSorry\n--x\nContent-Type: message/delivery-status\n\n{report}\n--x--\n"
    content = letter("Content-Type: multipart/report; report-type=delivery-status; boundary=x", text=text)
    row, people = read_message(Raw(content))
    assert (row["is_bounce"], row["is_automatic"], row["has_attachments"]) == (bounce, "true", "false")
    assert [one["address"] for one in people if one["role"] == "failed"] == (["gone@y.example"] if failed else [])


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the shared data is not here")
def test_real_bounces_are_no_engagement() -> None:
    folder = REAL_DATA / "mail_bounces"
    verdicts, reasons = [], []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        for raw in messages_in(path, str(path.relative_to(folder))):
            try:
                row, _ = read_message(raw)
                verdicts.append((row["is_automatic"], row["is_bounce"]))
            except Unreadable as error:
                reasons.append(str(error))
    assert len(verdicts) + len(reasons) == 668
    assert len(reasons) == 4
    assert all(reason.startswith(("no readable date", "no mail header")) for reason in reasons)
    automatic = sum(one == "true" for one, _ in verdicts)
    assert automatic / len(verdicts) > 0.98
    # What is automatic but no bounce: abuse reports, receipts for mail that did arrive, out-of-office answers.
    assert sum(one == "true" for _, one in verdicts) / len(verdicts) > 0.94


# --- landing ----------------------------------------------------------------------------------------------------------


def test_every_message_lands_or_is_rejected_with_its_place(land_files: LandFiles) -> None:
    good = letter("Message-ID: <a@x.example>", "To: b@y.example", text="one\n")
    bad = b"From: a@x.example\n\nno date\n"
    undated = b"From - unknown\n"
    landed = land_files(
        mail,
        {
            "box.mbox": FROM_LINE + good + b"\n" + undated + bad,
            "a.eml": good.replace(b"a@x", b"c@x"),
            "b.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Outlook",
        },
    )
    keys = [(row["_delivery_id"], row["_line"], row["message_key"]) for row in landed["messages"]]
    assert keys == [("a.eml", 1, "<c@x.example>"), ("box.mbox", 1, "<a@x.example>")]
    assert len(landed["message_addresses"]) == 4
    refused = [(row["_delivery_id"], row["_resource"], row["_line"]) for row in landed["_rejected"]]
    assert refused == [("b.msg", "_file", 0), ("box.mbox", "messages", 2 + good.count(b"\n") + 1)]
    assert landed["_rejected"][1]["row"] == bad.decode()
    counted = {(row["_delivery_id"], row["_resource"]): row["rows_read"] for row in landed["_read"]}
    assert counted[("box.mbox", "messages")] == 2
    assert counted[("box.mbox", "message_addresses")] == 2


def test_the_sample_lands_whole(delivered: Delivered, judged: Judged) -> None:
    sample = Path(__file__).parents[2] / "connectors" / "mail" / "sample"
    deliveries = delivered("mail", sample)
    assert sum(one.rows_read for one in deliveries if one.resource == "messages") == 8
    assert sum(one.rows_quarantined for one in deliveries) == 0
    sizes = {"conversation": 3, "message": 8, "conversation_participant": 7, "contact": 6, "contact_email": 6}
    for name, size in sizes.items():
        rows, reasons = judged("mail", name, sample)
        assert (len(rows), reasons) == (size, []), name
    contacts, _ = judged("mail", "contact", sample)
    wishes, reasons = judged("mail", "communication_preference", sample)
    assert (wishes["preference"].to_list(), reasons) == (["bounced"], [])
    assert wishes["address"].to_list() == wishes["contact_id"].to_list()
    bounced = contacts.filter(pl.col("source_record_id").is_in(wishes["contact_id"].implode()))
    assert bounced["name"].to_list() == ["Ina Keller"]
