"""Normalisation that leads back to the raw text, sentences, boilerplate, language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.coding.text import dateline_end, fold, language, normalise, sentences


@given(st.text(alphabet=st.sampled_from("aé\u0301«»“”\u200b\u202e&amp;<b>\n\x00. \u00ad–K"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_every_normalised_character_has_its_place_in_the_raw_text(raw: str) -> None:
    norm = normalise(raw)
    before = 0
    for i in range(len(norm.text)):
        start, end = norm.span(i, i + 1)
        assert before <= start < end <= len(raw)
        before = start


def test_offsets_lead_through_marks_entities_and_tags() -> None:
    raw = "<p>Den\u00admark &amp; Nor\u200bway</p>"
    norm = normalise(raw)
    at = norm.text.index("Norway")
    start, end = norm.span(at, at + len("Norway"))
    assert raw[start:end] == "Nor\u200bway"
    assert "Denmark & Norway" in norm.text


def _split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize(
    "text, n",
    [
        ("H.E. Amb. Lee met Mr. Roe on Jan. 5. They talked.", 2),
        ("See No. 7 of the U.S. note. It is short.", 2),
        ('"We agreed," he said. "We did." So it was.', 3),
        ("It rose by 3.5 per cent. Then it fell.", 2),
        ("1. The Parties met.\n\n2. They parted.", 2),
        ("It is worth 5 mln. The grant is 3 bn. He left.", 3),
        ("He cited Res. 1325 and Art. 5, para. 3. It holds.", 2),
        ("He came on Oct. 3. On Nov. 4 he left. Rs. 500 were paid.", 3),
        ("In Washington, D.C. The envoy of the U.S. Government left.", 2),
        ("1. First point. 2. Second point.", 2),
        ('"Подписали." "We signed." They left.', 3),
        ("It was late.\nhttps://a.example/b.c?d=e", 2),
        ("A wrapped line that runs on over the edge of the page as outlets like\nto do ends once. Yes.", 2),
    ],
)
def test_a_stop_that_ends_no_sentence_splits_none(text: str, n: int) -> None:
    assert len(_split(text)) == n


def test_datelines_and_boilerplate_are_marked() -> None:
    text = "OSLO, 4 May. Norway lent Chad money.\n\nRead also: Denmark sues Peru\nTel. +47 000"
    flags = [(text[s.start : s.end], s.boilerplate) for s in sentences(text)]
    assert flags == [
        ("OSLO, 4 May.", True),
        ("Norway lent Chad money.", False),
        ("Read also: Denmark sues Peru", True),
        ("Tel. +47 000", True),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "LIMA, May 4, 2020 /Agency/.",
        "ASTANA, KAZAKHSTAN (Agency) –",
        "Oslo, 4 May –",
        "New York (Agency) –",
    ],
)
def test_a_dateline_of_any_form_names_no_party(line: str) -> None:
    assert dateline_end(f"{line} Denmark met Peru.") == len(line)


@pytest.mark.parametrize(
    "text", ["Oslo, Norway – Denmark's neighbour – sued.", "May 4 – a Monday – was quiet.", "OSLO"]
)
def test_a_text_that_opens_without_a_dateline_has_none(text: str) -> None:
    assert dateline_end(text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "Read also:\nDenmark sues Peru",
        "+996 (312) 62-05-45",
        "www.mfa.example/en",
        "(Photo: Denmark's minister)",
        "Found a mistake? ",
        "When quoting, a link to Denmark Daily is required",
    ],
)
def test_what_frames_a_text_is_boilerplate(text: str) -> None:
    found = sentences(f"Norway lent Chad money.\n\n{text}")
    assert [s.boilerplate for s in found] == [False] + [True] * (len(found) - 1)
    assert len(found) > 1


def test_html_leftovers_leave_the_words_and_the_paragraphs() -> None:
    raw = (
        "<h1>Denmark sues Peru</h1><p>Norway&amp;nbsp;met &#171;Chad&#187;.<br/>It <b>left</b>.</p>"
        "<script>Oslo('a < b');</script><!-- Kenya -->[caption id=\"1\"]End[/caption] <p"
    )
    norm = normalise(raw)
    assert [norm.text[s.start : s.end] for s in sentences(norm.text)] == [
        "Denmark sues Peru",
        'Norway met "Chad".',
        "It  left.",
        "End  <p",
    ]
    at = norm.text.index("Chad")
    start, end = norm.span(at, at + 4)
    assert raw[start:end] == "Chad"


def test_a_comment_that_is_never_closed_hides_nothing() -> None:
    assert "Denmark" in normalise("<!-- <script> Denmark lent Kenya money.").text


@pytest.mark.parametrize(
    "text, code",
    [
        ("The ministers of the two countries met in the capital and agreed to open a route.", "en"),
        ("Министры двух стран встретились в столице.", "ru"),
        ("Эки өлкөнүн министрлери жолугушту, алар сүйлөшүүлөрдү өткөрүштү.", "ky"),
        ("Les ministres des deux pays se sont réunis dans la capitale pour la signature.", "fr"),
        ("Die Minister der beiden Länder haben sich in der Hauptstadt getroffen und sind nicht einig.", "de"),
        ("عقد الوزيران اجتماعا في العاصمة", "ar"),
        ("日本の大臣は首都で会談した。", "ja"),
        ("两国部长在首都举行会谈。", "zh"),
        ("وزیر خارجه ایران گفت که پیمان چهارجانبه پذیرفته شد", "fa"),
        ("Вазири корҳои хориҷӣ бо ҳамтои худ мулоқот кард ва созишномаи нав имзо шуд, ӯ гуфт.", "tg"),
        ("Ўзбекистон ва Қозоғистон вазирлари учрашди, ҳамкорлик ҳақида келишилди.", "uz"),
        ("Министрите на двете държави подписаха договор за сътрудничество и търговия.", "bg"),
        ("", None),
        ("12 34 56", None),
    ],
)
def test_language_is_told_by_script_and_stop_words_or_left_open(text: str, code: str | None) -> None:
    assert language(text) == code


def test_folding_keeps_the_length() -> None:
    for text in ("Çavuşoğlu", "İstanbul", "ẞ ﬁ ŉ", "Ελλάδα", "Йод"):
        assert len(fold(text)) == len(text)
