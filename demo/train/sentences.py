"""A grammar of short spoken English, in the spirit of AN4: numbers, dates, spellings, commands.

Every sentence is in capitals and without punctuation. Single letters are always spelled letters
(the article "a" and the pronoun "I" are not in the grammar), so that a synthesiser can be told how
to say them.
"""

import random


def _words(line: str) -> list[str]:
    return line.split()


DIGITS = _words("ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE")
TEENS = _words("TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN SEVENTEEN EIGHTEEN NINETEEN")
TENS = _words("TWENTY THIRTY FORTY FIFTY SIXTY SEVENTY EIGHTY NINETY")
ORDINALS = _words(
    "FIRST SECOND THIRD FOURTH FIFTH SIXTH SEVENTH EIGHTH NINTH TENTH ELEVENTH TWELFTH "
    "THIRTEENTH FOURTEENTH FIFTEENTH SIXTEENTH SEVENTEENTH EIGHTEENTH NINETEENTH TWENTIETH"
)
MONTHS = _words(
    "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER"
)
DAYS = _words("MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY")
VERBS = _words("ENTER ERASE REPEAT SHOW START STOP OPEN CLOSE CHECK MOVE PRINT SKIP")
NAMES = _words(
    "ANNA DAVID EMMA GEORGE HELEN JACOB LAURA MARTIN NORA OLIVER PETER RACHEL SARAH THOMAS"
)
ROOMS = _words("KITCHEN GARDEN OFFICE BEDROOM GARAGE HALL LIBRARY CELLAR")
THINGS = _words("LIGHT HEATER RADIO CAMERA WINDOW DOOR FAN PRINTER")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def number(rng: random.Random, below: int) -> str:
    """A whole number, 0 <= n < below <= 1,000,000, in words."""
    return in_words(rng.randrange(below))


def in_words(n: int) -> str:
    """``in_words(215)`` is 'TWO HUNDRED FIFTEEN'."""
    if n < 10:
        return DIGITS[n]
    if n < 20:
        return TEENS[n - 10]
    if n < 100:
        head, rest = TENS[n // 10 - 2], n % 10
    elif n < 1000:
        head, rest = f"{DIGITS[n // 100]} HUNDRED", n % 100
    else:
        head, rest = f"{in_words(n // 1000)} THOUSAND", n % 1000
    return f"{head} {in_words(rest)}" if rest else head


def digit_string(rng: random.Random) -> str:
    return " ".join(rng.choice([*DIGITS, "OH"]) for _ in range(rng.randint(3, 9)))


def spelling(rng: random.Random) -> str:
    return " ".join(rng.choice(LETTERS) for _ in range(rng.randint(3, 7)))


def day_of_month(rng: random.Random) -> str:
    day = rng.randint(1, 31)
    if day <= 20:
        return ORDINALS[day - 1]
    return "THIRTIETH" if day == 30 else f"{TENS[day // 10 - 2]} {ORDINALS[day % 10 - 1]}"


def date(rng: random.Random) -> str:
    words = [rng.choice(MONTHS), day_of_month(rng)]
    if rng.random() < 0.3:
        words.insert(0, rng.choice(DAYS))
    if rng.random() < 0.6:
        words += [rng.choice(["NINETEEN", "TWENTY"]), in_words(rng.randint(10, 99))]
    return " ".join(words)


def clock(rng: random.Random) -> str:
    hour = in_words(rng.randint(1, 12))
    minutes = in_words(rng.randint(10, 59))
    form = rng.choice(["{h} {m}", "HALF PAST {h}", "QUARTER TO {h}", "{h} {m} {a} M", "{h} {a} M"])
    return form.format(h=hour, m=minutes, a=rng.choice("AP"))


def command(rng: random.Random) -> str:
    """One verb and a number: about one second."""
    return f"{rng.choice(VERBS)} {number(rng, rng.choice([10, 100, 1000]))}"


def house(rng: random.Random) -> str:
    thing, room = rng.choice(THINGS), rng.choice(ROOMS)
    form = rng.choice(
        [
            "TURN {s} THE {r} {t}",
            "TURN THE {t} IN THE {r} {s}",
            "SET THE {r} {t} TO {n}",
            "{v} THE {t} IN ROOM {n}",
            "IS THE {t} IN THE {r} {s}",
        ]
    )
    return form.format(
        s=rng.choice(["ON", "OFF"]), r=room, t=thing, n=number(rng, 100), v=rng.choice(VERBS)
    )


def errand(rng: random.Random) -> str:
    name = rng.choice(NAMES)
    form = rng.choice(
        [
            "CALL {n} AT {c}",
            "CALL {n} ON {d}",
            "SEND {n} THE NUMBER {g}",
            "MEET {n} AND {o} IN ROOM {k}",
            "MY NAME IS {n} {x}",
            "REMIND {n} ON {w} AT {c}",
        ]
    )
    return form.format(
        n=name,
        o=rng.choice(NAMES),
        c=clock(rng),
        d=date(rng),
        w=rng.choice(DAYS),
        g=digit_string(rng),
        k=number(rng, 1000),
        x=spelling(rng),
    )


def joined(rng: random.Random) -> str:
    """Two or three sentences in one breath: up to about eight seconds."""
    parts = [simple(rng) for _ in range(rng.choice([2, 2, 3]))]
    return rng.choice([" AND ", " THEN "]).join(parts)


# (rule, how often): spelled letters sound most alike and are needed most.
RULES = [
    (command, 5),
    (digit_string, 3),
    (lambda rng: number(rng, 1_000_000), 2),
    (date, 3),
    (clock, 1),
    (spelling, 3),
    (lambda rng: f"SPELL {spelling(rng)}", 1),
    (house, 4),
    (errand, 5),
]


def simple(rng: random.Random) -> str:
    rules, weights = zip(*RULES, strict=True)
    return rng.choices(rules, weights)[0](rng)


def sentence(rng: random.Random) -> str:
    return joined(rng) if rng.random() < 0.12 else simple(rng)


def distinct_sentences(count: int, seed: int) -> list[str]:
    """``count`` sentences, no two alike, in an order that only the seed decides."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[sentence(rng)] = None
    return list(found)


def spread(sentences: list[str], count: int, longest: int) -> list[str]:
    """``count`` of the sentences, from the shortest to one of about ``longest`` characters.

    Most are short, as in speech: the wanted length grows with the cube of the position.
    """
    shortest = min(len(s) for s in sentences)
    left, chosen = list(sentences), []
    for i in range(count):
        wanted = shortest + (longest - shortest) * (i / (count - 1)) ** 3
        chosen.append(min(left, key=lambda s: abs(len(s) - wanted)))
        left.remove(chosen[-1])
    return chosen
