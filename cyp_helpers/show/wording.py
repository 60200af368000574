"""Small words: numbers as words, plurals, lists and dates, and text that shows itself in a notebook."""

_COUNT = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


class Words(str):
    """Text that shows itself as Markdown in a notebook."""

    def _repr_markdown_(self):
        return str(self)

    def __repr__(self):
        return str(self)


def count(number):
    """A small number as a word: 3 is "three", 12 is "12"."""
    return _COUNT[number] if number < len(_COUNT) else str(number)


def how_many(number):
    """A number that stands alone: "none" and not "no"."""
    return count(number) if number else "none"


def sentence_count(number):
    """A number at the start of a sentence."""
    return count(number).capitalize()


def plural(number, one, many=None):
    """The word for one or for many."""
    return one if number == 1 else many or one + "s"


def join(parts):
    """ "a, b and c"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def day(date):
    """ "31 March 2018"."""
    return f"{date.day} {date:%B %Y}"
