"""An archive of invented statements whose stories are known: what the story index is measured on.

`archive(n, seed)` yields n rows (statement_id, date, text, story, how). A release tells invented facts: two ministers,
a place, two to four matters with their own names and numbers. Other outlets carry it verbatim, under another dateline
and footer, cut to its first half, with its paragraphs in another order, lightly edited, or rewritten with other words,
another order of matters, numbers spelt out and a matter left out. Beside them stand what must stay apart: the same two
ministers again within days on other matters, one template filled in for other states, weekly and daily bulletins with
other numbers, and the follow-up a week later. The facts and all phrases are invented; nothing here was tuned on a
labelled set.
"""

# ruff: noqa: E501 -- the phrases are one line each, as a release has them

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

STATES = """Denmark|Danish|Copenhagen Norway|Norwegian|Oslo Kenya|Kenyan|Nairobi Peru|Peruvian|Lima Nepal|Nepali|Kathmandu
Ghana|Ghanaian|Accra Latvia|Latvian|Riga Chile|Chilean|Santiago Vietnam|Vietnamese|Hanoi Oman|Omani|Muscat
Serbia|Serbian|Belgrade Malta|Maltese|Valletta Zambia|Zambian|Lusaka Laos|Lao|Vientiane Cuba|Cuban|Havana
Uzbekistan|Uzbek|Tashkent Kyrgyzstan|Kyrgyz|Bishkek Tajikistan|Tajik|Dushanbe Kazakhstan|Kazakh|Astana
Russia|Russian|Moscow China|Chinese|Beijing Turkey|Turkish|Ankara Germany|German|Berlin Japan|Japanese|Tokyo
Hungary|Hungarian|Budapest Mongolia|Mongolian|Ulaanbaatar Georgia|Georgian|Tbilisi Armenia|Armenian|Yerevan"""
_STATES = [tuple(s.split("|")) for s in STATES.split()]

# Each matter: how the release puts it, how newspapers do. Slots: {A} {B} states, {a} {b} adjectives, {ca} {cb} capitals,
# {MA} {MB} surnames, {p} {q} places, {n} a sum or count in figures, {N} the same otherwise written, {m} {M} a second.
MATTERS: list[tuple[list[str], list[str]]] = [
    (
        [
            "{MA} noted that the number of regular flights between {p} and {q} has grown from {m} to {n} per week since spring, and thanked the {b} side for its prompt consent."
        ],
        [
            "Planes between {p} and {q} now leave {N} times a week instead of {M}; {MA} voiced his gratitude to {cb} for the quick approval.",
            "Since spring the weekly services linking {q} with {p} have risen to {N}, up from {M}, for which {MA} thanked {B}.",
        ],
    ),
    (
        [
            "The {b} side confirmed its readiness to provide a concessional loan in the amount of {n} million dollars for the reconstruction of the {p} hydropower plant, whose {m} turbines date from the seventies."
        ],
        [
            "{B} is prepared to lend ${N} mln on soft terms to rebuild the power station at {p} with its {M} ageing turbines.",
            "For the overhaul of the {p} dam and its {M} old turbines {cb} stands ready to give a cheap credit worth {N} million dollars.",
        ],
    ),
    (
        [
            "Special attention was paid to the situation of {a} labour migrants, {n} of whom were registered in {q} by the beginning of the year; the {b} side promised to consider applications for patents without additional fees until the end of December."
        ],
        [
            "Applications by migrants from {A} for work patents will be free of extra charges until year-end, {cb} promised; {N} of them are on the books in {q}."
        ],
    ),
    (
        [
            "The ministers agreed to accelerate the demarcation of the remaining {n} kilometres of the state border near {p} and to open {m} crossing points there."
        ],
        [
            "Work to mark the last {N} km of frontier around {p} will be sped up, and {M} border posts opened, the pair agreed."
        ],
    ),
    (
        [
            "It was agreed to increase the quota of {a} students at the medical university of {q} to {n} places, including {m} for doctoral studies."
        ],
        ["{A} gets {N} places for its students at {q}'s medical school, {M} of them for doctoral candidates."],
    ),
    (
        [
            "{MB} informed about the lifting of restrictions on the import of dairy products from {n} enterprises of {A} after veterinary inspections in {p}."
        ],
        [
            "After vets had inspected farms around {p}, {B} is letting in milk and cheese from {N} {a} firms again, {MB} said."
        ],
    ),
    (
        [
            "The parties welcomed the completion of the feasibility study of the railway from {p} to {q}, {n} kilometres long, and expressed their interest in the start of construction in the next year at a cost of {m} billion dollars."
        ],
        [
            "The study for a {N}-kilometre railway between {p} and {q} is done; both capitals want the ${M} bn line to be begun next year."
        ],
    ),
    (
        [
            "The {a} side requested that {n} prisoners serving sentences in {q} be handed over under the convention on the transfer of convicts."
        ],
        ["{ca} asked for {N} convicts held in {q} to be transferred home under the relevant convention."],
    ),
    (
        [
            "The {b} side handed over {n} ambulances and {m} dialysis machines for hospitals of the {p} region as humanitarian assistance."
        ],
        ["Hospitals around {p} received {N} ambulances and {M} dialysis machines as a gift from {B}."],
    ),
    (
        [
            "The ministers touched upon the debt of {A}, which stands at {n} million dollars, and the {a} side asked for a deferral of payments for {m} years."
        ],
        ["{A} owes {N} million dollars and would like {M} years' respite, its delegation said."],
    ),
    (
        [
            "An agreement was reached to supply {n} thousand tonnes of diesel fuel free of customs duties through the terminal in {p} before the sowing campaign."
        ],
        ["Ahead of the sowing season {N},000 tons of duty-free diesel are to come through {p}."],
    ),
    (
        [
            "The interlocutors exchanged views on joint patrols against smuggling on the river {p}, during which {n} vessels were detained last season."
        ],
        ["Smuggling on the {p} was another subject: joint patrols stopped {N} boats last season."],
    ),
    (
        [
            "{MA} proposed to establish a joint fund for the restoration of pastures in {p} with a capital of {n} million, of which {m} million would come from private investors."
        ],
        [
            "A common fund of {N} million, {M} million of it private money, could bring back the grasslands of {p}, {MA} suggested."
        ],
    ),
    (
        [
            "The {b} side took note of the complaint on the expulsion of {n} drivers at the {q} checkpoint and undertook to report on the results of the inspection within {m} days."
        ],
        [
            "{MB} said he had heard {A}'s protest about {N} lorry drivers turned back at {q} and would answer it in {M} days."
        ],
    ),
    (
        [
            "The ministers discussed the introduction of a visa-free regime for stays of up to {n} days for holders of ordinary passports and the opening of a consulate in {q}."
        ],
        ["Visa-free trips of as long as {N} days were on the table, as was a new consulate in {q}."],
    ),
    (
        [
            "The meeting considered the construction of a vaccine plant in {p}, in which {n} specialists will work, and the mutual recognition of certificates."
        ],
        ["{p} may see a factory for vaccines employing {N} experts; certificates shall be accepted by either country."],
    ),
    (
        [
            "The joint archaeological expedition in {p}, which discovered {n} burial mounds, will be continued under a memorandum of the two academies of sciences."
        ],
        ["Scholars of both academies will go on digging at {p}, where {N} mounds have been unearthed."],
    ),
    (
        [
            "The {b} side is interested in the purchase of {n} tonnes of mutton and honey and in direct contacts with the cooperatives of {p}."
        ],
        ["Buyers in {B} want {N} tons of honey and lamb straight from the farmers' associations of {p}."],
    ),
]
_OPENING = [
    "Minister of Foreign Affairs of {A} {FA} {MA} met with Minister of Foreign Affairs of {B} {FB} {MB} in {city} on {date}. The press service of the {a} Foreign Ministry reported.",
    "On {date}, in {city}, {a} Foreign Minister {FA} {MA} held talks with his {b} counterpart {FB} {MB}, the press service of the Ministry of Foreign Affairs said.",
    "A telephone conversation took place on {date} between the Minister of Foreign Affairs of {A} {FA} {MA} and the Minister of Foreign Affairs of {B} {FB} {MB}, who is on a working visit to {city}.",
]
_NEWS_OPENING = [
    "{A}, {B} talk in {city}\n\nThe top diplomats of {A} and {B}, {FA} {MA} and {FB} {MB}, sat down together in {city} on {weekday}, according to {ca}.",
    "{FA} {MA}, {A}'s foreign minister, saw {FB} {MB} of {B} in {city} on {weekday}.",
    "{MA} and {MB} confer\n\n{city} was the scene of a meeting between {a} foreign minister {FA} {MA} and {B}'s {FB} {MB} this {weekday}.",
]
_MIDDLE = [
    "The interlocutors exchanged views on the state and prospects of bilateral relations, as well as on topical issues of the regional agenda.",
    "The parties noted with satisfaction the high level of political dialogue and the dynamic development of cooperation in all areas of mutual interest.",
    "During the meeting, issues of interaction within the framework of international organisations were considered.",
]
_CLOSING = [
    "The sides agreed to continue contacts.",
    "In conclusion, the ministers expressed confidence in the further strengthening of friendly relations and agreed to maintain regular political consultations.",
    "Following the talks, an agreement was reached on the next meeting at a time convenient for both sides.",
]
_NEWS_CLOSING = ["The two will stay in touch.", "Another meeting is planned.", "Both promised to speak again soon.", ""]
_BACKGROUND = [
    "Trade between {A} and {B} grew by {n} per cent last year.", "{A} opened its embassy in {cb} {n} years ago.",
    "{MB} took office {p} months ago; before that he was a banker.", "About {n},000 citizens of {A} live in {B}.",
]  # fmt: skip
_BULLETINS = [
    "The {a} border service informs that over the past week {n} persons and {m} vehicles crossed the state border at {p} in the direction of {B}. {k} persons were refused entry because of incomplete documents. Citizens are reminded to check their passports before the journey and to call the hotline 1414 around the clock.",
    "The embassy of {A} in {cb} received {n} applications from citizens in the reporting week, issued {m} certificates of return and held {k} consultations on labour law. The consular section works on weekdays from 9 to 17 and advises compatriots to keep their registration up to date.",
    "According to the headquarters, {n} citizens of {A} returned from {q} on charter flights in the past day and {m} remain in observation. {k} tests were taken. The headquarters asks citizens to remain calm, to follow the rules of hygiene and to trust official sources only.",
]
_CREDENTIALS = (
    "On {date} the newly appointed ambassador of {B} to {A}, {FB} {MB}, presented copies of his credentials to the Minister of "
    "Foreign Affairs {FA} {MA}. The minister congratulated the ambassador on the beginning of his diplomatic mission and "
    "wished him success. The interlocutors discussed topical issues of the bilateral agenda and noted the importance of "
    "expanding the legal framework. For reference: {FB} {MB} was born in {year}, graduated from the university of {q} and "
    "worked as {job}. He speaks {n} languages."
)
_JOBS = "consul in {p}|head of the protocol department|trade commissioner in {p}|lecturer of law|adviser on water issues|editor of a journal".split(
    "|"
)
_OUTLETS = [
    "Steppe Wire",
    "Harbour Post",
    "KNA",
    "Daily Ledger",
    "Northern Herald",
    "Orient Bulletin",
    "Valley Gazette",
]
_FOOTERS = [
    "Read also: {x}", "Photo: press service", "Follow us on Telegram", "Tel. +000 11 22 33", "Source: {o}",
    "All rights reserved. When using materials a link to {o} is required.", "Share this", "Our correspondent, {o}.",
]  # fmt: skip
_EDITS = [
    ("noted", "said"), ("noted that", "pointed out that"), ("confirmed its readiness", "expressed readiness"), ("in the amount of", "worth"),
    ("reported", "informed"), ("the parties", "the sides"), ("agreed to", "decided to"), ("per week", "a week"), ("on", "upon"),
    ("held talks with", "had negotiations with"), ("requested", "asked"), ("special attention", "particular attention"), ("for the", "for"),
    ("promised", "pledged"), ("discussed", "considered"), ("expressed", "voiced"), ("increase", "raise"), ("side", "party"),
    ("will be", "is to be"), ("was agreed", "was decided"), ("purchase", "acquisition"), ("construction", "building"), ("million", "mln"),
]  # fmt: skip
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()
_SYLLABLES = "ba ro mi ta len kor vas dun el sha pi gra no zu rik mar ost hel yan qua fe tol bri sen ul dja kim or wei lop".split()


def _name(rng: random.Random, parts: int) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(parts)).capitalize()


@dataclass(slots=True)
class _Event:
    day: date
    slots: dict[str, str]
    matters: list[tuple[int, dict[str, str]]]
    opening: int


class _World:
    """People, places and outlets; ministers stay in office, so that the same pair meets again and again."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.places = [_name(rng, rng.choice((2, 3))) for _ in range(400)]
        self.minister = {s[0]: (_name(rng, 2), _name(rng, 3)) for s in _STATES}

    def sides(self) -> dict[str, str]:
        (A, a, ca), (B, b, cb) = self.rng.sample(_STATES, 2)
        (FA, MA), (FB, MB) = self.minister[A], self.minister[B]
        return {"A": A, "a": a, "ca": ca, "B": B, "b": b, "cb": cb, "FA": FA, "MA": MA, "FB": FB, "MB": MB,
                "city": self.rng.choice((ca, cb, "Geneva", "Vienna", "New York"))}  # fmt: skip

    def count(self) -> tuple[str, str]:
        """A number in figures and as a newspaper would write it."""
        n = self.rng.choice((self.rng.randint(2, 12), self.rng.randint(13, 99), self.rng.randint(100, 990)))
        return str(n), _SMALL[n] if n < 13 and self.rng.random() < 0.6 else str(n)

    def event(self, day: date, sides: dict[str, str] | None = None, avoid: frozenset[int] = frozenset()) -> _Event:
        sides = sides or self.sides()
        pool = [i for i in range(len(MATTERS)) if i not in avoid]
        matters = []
        for i in self.rng.sample(pool, self.rng.randint(2, 4)):
            (n, N), (m, M) = self.count(), self.count()
            matters.append(
                (
                    i,
                    {
                        "n": n,
                        "N": N,
                        "m": m,
                        "M": M,
                        "p": self.rng.choice(self.places),
                        "q": self.rng.choice(self.places),
                    },
                )
            )
        return _Event(day, sides, matters, self.rng.randrange(len(_OPENING)))


def _release(e: _Event, rng: random.Random) -> list[str]:
    """The paragraphs of a release."""
    said = {**e.slots, "date": f"{e.day.day} {e.day:%B}"}
    body = [rng.choice(MATTERS[i][0]).format(**e.slots, **f) for i, f in e.matters]
    out = [_OPENING[e.opening].format(**said), rng.choice(_MIDDLE), *body]
    return [*out, rng.choice(_CLOSING)]


def _rewrite(e: _Event, rng: random.Random) -> str:
    body = []
    for i, f in e.matters:
        vague = {k: "some" if k in "NM" and rng.random() < 0.15 else v for k, v in f.items()}
        body.append(rng.choice(MATTERS[i][1]).format(**e.slots, **vague))
    rng.shuffle(body)
    if len(body) > 2 and rng.random() < 0.4:
        body.pop()
    opening = rng.choice(_NEWS_OPENING).format(**e.slots, weekday=f"{e.day:%A}")
    if rng.random() < 0.3:
        body.append(rng.choice(_BACKGROUND).format(**e.slots, n=rng.randint(2, 90), p=rng.randint(2, 9)))
    cut = rng.randint(1, len(body))
    parts = [opening, " ".join(body[:cut]), " ".join(body[cut:]), rng.choice(_NEWS_CLOSING)]
    return _footed("\n\n".join(p for p in parts if p), rng)


def _footed(text: str, rng: random.Random) -> str:
    extra = rng.sample(_FOOTERS, rng.randint(0, 3))
    x = f"{rng.choice(_STATES)[0]} opens {rng.choice(('museum', 'bridge', 'school'))} in {_name(rng, 3)}"
    return "\n".join([text, *(f.format(x=x, o=rng.choice(_OUTLETS)) for f in extra)])


def _edited(text: str, rng: random.Random) -> str:
    for old, new in rng.sample(_EDITS, len(_EDITS) * 2 // 3):
        text = re.sub(rf"\b{old}\b", new, text)
    words = text.split(" ")
    for _ in range(len(words) // 60):  # a word lost here and there
        at = rng.randrange(10, len(words))
        if words[at].islower():
            words.pop(at)
    return " ".join(words)


def copies(paragraphs: list[str], day: date, rng: random.Random, how: str) -> str:
    """A copy of a release: verbatim, framed (other dateline and footer), cut, reordered or edited."""
    text = "\n\n".join(paragraphs)
    if how == "verbatim":
        return text
    if how == "framed":
        city = rng.choice(_STATES)[2].upper()
        line = rng.choice((f"{city}, {day:%B} {day.day}. ", f"{city}. ", f"{city} ({rng.choice(_OUTLETS)}) – "))
        return _footed(line + text, rng)
    if how == "cut":
        half = text[: int(len(text) * rng.uniform(0.45, 0.6))]
        return half[: half.rfind(" ")] + rng.choice(("", "…", "... Read more", "."))
    if how == "reordered":
        rest = paragraphs[1:]
        rng.shuffle(rest)
        return "\n\n".join([paragraphs[0], *rest])
    return _edited(text, rng)


def archive(n: int, seed: int = 7, per_day: int = 300) -> Iterator[tuple[str, date, str, str, str]]:
    """n rows (statement_id, date, text, story, how), in the order of their dates, `per_day` of them a day."""
    rng = random.Random(seed)
    world = _World(rng)
    start = date(2015, 1, 1)
    made = story_no = 0
    day = start
    waiting: dict[date, list[tuple[str, str, str]]] = {}

    def put(when: date, text: str, story: str, how: str) -> None:
        waiting.setdefault(when, []).append((text, story, how))

    def new() -> str:
        nonlocal story_no
        story_no += 1
        return f"s{story_no:07d}"

    def told(e: _Event, kind: str) -> None:
        """A release and those that carry it, on its day or the next."""
        story = new()
        paragraphs = _release(e, rng)
        put(e.day, "\n\n".join(paragraphs), story, kind)
        for how in rng.sample(
            ("verbatim", "framed", "cut", "reordered", "edited", "rewritten", "rewritten"), rng.choice((0, 1, 2, 3, 4))
        ):
            when = e.day + timedelta(days=rng.choice((0, 0, 0, 1)))
            put(when, _rewrite(e, rng) if how == "rewritten" else copies(paragraphs, e.day, rng, how), story, how)

    while made < n:
        budget = per_day - len(waiting.get(day, ()))
        while budget > 0:
            before = sum(map(len, waiting.values()))
            pick = rng.random()
            if pick < 0.55:
                e = world.event(day)
                told(e, "release")
                if rng.random() < 0.25:  # the same two, days later, other matters
                    again = world.event(
                        day + timedelta(days=rng.randint(1, 5)), e.slots, frozenset(i for i, _ in e.matters)
                    )
                    again.opening = e.opening
                    told(again, "met again")
                if rng.random() < 0.15:  # the same matters a week later, with what has become of them
                    after = _Event(
                        day + timedelta(days=rng.randint(7, 9)),
                        e.slots,
                        [(i, {**f, "n": world.count()[0], "m": world.count()[0]}) for i, f in e.matters],
                        rng.randrange(3),
                    )
                    for _, f in after.matters:
                        f["N"], f["M"] = f["n"], f["m"]
                    told(after, "follow-up")
            elif pick < 0.8:
                sides = world.sides()
                p, q = rng.choice(world.places), rng.choice(world.places)
                template = rng.choice(_BULLETINS)
                step = 1 if "past day" in template else 7
                for week in range(3):
                    put(
                        day + timedelta(days=step * week),
                        template.format(
                            **sides, p=p, q=q, n=rng.randint(20, 9000), m=rng.randint(20, 900), k=rng.randint(10, 99)
                        ),
                        new(),
                        "bulletin",
                    )
            else:
                sides = world.sides() | {"FB": _name(rng, 2), "MB": _name(rng, 3)}
                job = rng.choice(_JOBS).format(p=rng.choice(world.places))
                text = _CREDENTIALS.format(
                    **sides,
                    date=f"{day.day} {day:%B}",
                    year=rng.randint(1950, 1985),
                    q=rng.choice(world.places),
                    job=job,
                    n=rng.choice(("two", "three", "four")),
                )
                story = new()
                put(day, text, story, "template")
                if rng.random() < 0.3:
                    put(day, copies([text], day, rng, "framed"), story, "framed")
            budget -= sum(map(len, waiting.values())) - before
        for text, story, how in waiting.pop(day, []):
            if made < n:
                made += 1
                yield f"d{made:08d}", day, text, story, how
        day += timedelta(days=1)
