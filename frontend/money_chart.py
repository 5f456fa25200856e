"""Charts of money by day or by week: bars as whole numbers, for an SVG that the server writes."""

from dataclasses import dataclass
from datetime import date

from babel.numbers import get_currency_precision

from frontend.formats import month_name, whole_number

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 10, 26
STEPS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of a day, or of the week that begins on it; `label` is under it when there is room."""

    day: date
    amount: int  # minor units
    x: int
    y: int
    width: int
    height: int
    middle: int
    label: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across: an amount in major units, and how high it is."""

    label: str
    y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the drawing needs, in its own units."""

    bars: list[Bar]
    marks: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def days(self) -> list[Bar]:
        """The days on which something was earned or taken back."""
        return [bar for bar in self.bars if bar.amount]

    @property
    def foot(self) -> int:
        """Where the labels of the days stand."""
        return self.height - 6


def chart(days: list[tuple[date, int]], *, currency: str, today: date) -> Chart:
    """Lay the amounts (minor units) of a month's days out. More taken back than earned: no bar."""
    points = [(day, amount, str(day.day) if (day.day - 1) % 3 == 0 else "") for day, amount in days]
    return _laid_out(points, currency=currency, lit=today)


def weeks_chart(weeks: list[tuple[date, int]], *, currency: str) -> Chart:
    """The same for weeks, by their first day: the last one is lit, and where a month begins its name is below."""
    points, month = [], 0
    for first, amount in weeks:
        label = "" if first.month == month else month_name(first)
        month = first.month
        points.append((first, amount, label))
    return _laid_out(points, currency=currency, lit=weeks[-1][0])


def _laid_out(points: list[tuple[date, int, str]], *, currency: str, lit: date) -> Chart:
    minor: int = 10 ** get_currency_precision(currency)
    top = _round_up(max([amount for _, amount, _ in points] + [minor]), minor)
    room = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / len(points)
    bars = []
    for place, (day, amount, label) in enumerate(points):
        height = round(room * max(amount, 0) / top)
        x = round(LEFT + step * place + step * 0.16)
        width = max(round(step * 0.68), 2)
        bars.append(
            Bar(
                day=day,
                amount=amount,
                x=x,
                y=TOP + room - height,
                width=width,
                height=height,
                middle=x + width // 2,
                label=label,
                is_today=day == lit,
            )
        )
    marks = [
        Mark(whole_number(top * n // STEPS // minor), TOP + room - round(room * n / STEPS))
        for n in range(STEPS + 1)
    ]
    return Chart(bars, marks)


def _round_up(amount: int, minor: int) -> int:
    """The next amount whose quarters are round: 4, 8, 20, 40, 80, 200, … major units."""
    top = 4 * minor
    while True:
        for factor in (1, 2, 5):
            if amount <= top * factor:
                return top * factor
        top *= 10
