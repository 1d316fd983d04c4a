"""Round numbers beside an axis."""

import math


def ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    """About so many multiples of 1, 2 or 5 times a power of ten, from `low` to `high`.

    >>> ticks(0, 9.3, 4)
    (0, 5)
    >>> ticks(-130, 420, 4)
    (0, 200, 400)
    """
    if not low < high:
        return (low,)
    rough = (high - low) / max(1, count)
    power = 10 ** math.floor(math.log10(rough))
    step = power * next(each for each in (1, 2, 5, 10) if each * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(index * step, 9) for index in range(first, last + 1))


def tick_text(value: float) -> str:
    """
    >>> tick_text(2.0), tick_text(0.25), tick_text(-1500.0)
    ('2', '0.25', '-1,500')
    """
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"
