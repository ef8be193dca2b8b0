"""Figures for the arithmetic of windows, control charts, peers and roll-ups.

They come from NumPy, pandas, SciPy and statsmodels, and for the charts from the definitions in exact
fractions, all without a look at the code that they test. To write `expectations.json` anew:

    python3 -m venv venv && venv/bin/pip install numpy pandas scipy statsmodels
    venv/bin/python expectations.py
"""

import json
import math
import pathlib
import random
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import scipy.stats
import statsmodels.stats.weightstats

CONDITIONS = {"count", "share", "streak"}
warnings.filterwarnings("ignore")


def figure(number):
    """A number as JSON has it: null where unknown, 13 digits where known."""
    if number is None or not math.isfinite(number):
        return None
    rounded = float(f"{float(number):.13g}")
    return int(rounded) if rounded.is_integer() else rounded


def compact(case):
    """Without what is null, and whole numbers without a fraction."""
    def short(item):
        if isinstance(item, list):
            return [short(each) for each in item]
        return int(item) if isinstance(item, float) and item.is_integer() else item
    return {key: short(item) for key, item in case.items() if item is not None}


# Windows


def window_value(take, given, known, start):
    """Of one window: `known` are (period, value) pairs."""
    t = np.array([period for period, _ in known], dtype=float)
    x = np.array([value for _, value in known], dtype=float)
    match take:
        case "count":
            return np.count_nonzero(x)
        case "share":
            return np.mean(x != 0) if len(x) else None
    if len(x) == 0:
        return None
    series = pd.Series(x)
    match take:
        case "mean":
            return np.mean(x)
        case "sum":
            return np.sum(x)
        case "min":
            return np.min(x)
        case "max":
            return np.max(x)
        case "median":
            return np.median(x)
        case "stddev":
            return series.std(ddof=1)
        case "first":
            return series.iloc[0]
        case "last":
            return series.iloc[-1]
        case "change":
            return series.iloc[-1] - series.iloc[0]
        case "slope":
            # Deviations of the periods from their mean are exact only when that is near 0.
            return scipy.stats.linregress(t - t[0], x).slope if len(x) > 1 else None
        case "percentile":
            return np.percentile(x, given, method="linear")
        case "ewma":
            if start is not None:
                series = pd.Series([start, *x])
            return series.ewm(alpha=given, adjust=False, ignore_na=True).mean().iloc[-1]
    raise ValueError(take)


def streak(pairs, at, last):
    """Periods in a row that end with `at`, looked up one by one."""
    values = dict(pairs)
    length = 0
    while values.get(at - length) not in (None, 0) and (last is None or length < last):
        length += 1
    return length


def window_results(series, window):
    take, given, last, minimum, start = (
        window[key] for key in ("take", "given", "last", "minimum", "start"))
    pairs = list(zip(series["periods"], series["values"]))
    results = []
    for period, own in pairs:
        known = [
            (p, x) for p, x in pairs
            if x is not None and p <= period and (last is None or p > period - last)]
        if len(known) < minimum:
            results.append(None)
        elif take == "streak":
            results.append(None if own is None else figure(streak(pairs, period, last)))
        else:
            results.append(figure(window_value(take, given, known, start)))
    return results


# Control charts


def side(number):
    return (number > 0) - (number < 0)


def all_equal(items):
    return len(set(items)) == 1


def xmr(points, mean, amr, run, trend):
    """The direction of the last point's special cause, 0 for none."""
    limit = Fraction("2.66") * amr
    inner = limit * 2 / 3
    distance = [x - mean for x in points]
    if abs(distance[-1]) > limit:
        return side(distance[-1])
    if len(points) >= trend:
        changes = [side(b - a) for a, b in zip(points[-trend:], points[-trend + 1:])]
        if all_equal(changes) and changes[0] != 0:
            return changes[0]
    three = distance[-3:]
    near = [d for d in three if inner < abs(d) <= limit]
    if len(three) == 3 and all_equal(map(side, three)) and three[0] != 0 and len(near) >= 2:
        return side(three[0])
    if len(points) >= run and all_equal(map(side, distance[-run:])):
        return side(distance[-1])
    return 0


def western_electric(points, mean, amr, run, trend):
    sigma = amr / Fraction("1.128")
    distance = [x - mean for x in points]
    for sigmas, some, of in ((3, 1, 1), (2, 2, 3), (1, 4, 5)):
        for direction in (1, -1):
            beyond = [d * direction > sigmas * sigma for d in distance[-of:]]
            if beyond[-1] and sum(beyond) >= some:
                return direction
    if len(points) >= run and all_equal(map(side, distance[-run:])):
        return side(distance[-1])
    return 0


def limits(baseline, screens):
    ranges = [abs(b - a) for a, b in zip(baseline, baseline[1:])]
    amr = sum(ranges) / len(ranges)
    if screens and amr > 0:
        kept = [r for r in ranges if r < Fraction("3.267") * amr]
        amr = sum(kept) / len(kept)
    return sum(baseline) / len(baseline), amr


def chart_signals(series, chart):
    """A text of one sign for each period: - unknown, then 0 none to 3 neutral."""
    rule = xmr if chart["rules"] == "xmr" else western_electric
    signals = ""
    for end, own in enumerate(series["values"]):
        known = [
            (period, Fraction(value))
            for period, value in zip(series["periods"][:end + 1], series["values"])
            if value is not None]
        points = [value for _, value in known]
        if chart["first"] is not None:
            baseline, most = points[:chart["first"]], chart["first"]
        elif chart["within"] is not None:
            low, high = chart["within"]
            baseline = [value for period, value in known if low <= period <= high]
            most = high - low + 1
        else:
            baseline, most = points, math.inf
        if own is None or len(baseline) < max(3, min(6, most)):
            signals += "-"
            continue
        mean, amr = limits(baseline, chart["screens"])
        direction = rule(points, mean, amr, chart["run"], chart["trend"])
        good = {"lower": -1, "higher": 1, "neither": 0}[chart["improvement"]]
        signals += (
            "0" if direction == 0 else "3" if good == 0 else "2" if direction == good else "1")
    return signals


# Groups


def peer_results(values, take, minimum):
    known = np.array([x for x in values if x is not None], dtype=float)
    if len(known) < max(minimum, 1):
        return [None] * len(values)
    results = []
    for own in values:
        match take:
            case "mean":
                result = np.mean(known)
            case "median":
                result = np.median(known)
            case _ if own is None:
                result = None
            case "percentile":
                result = scipy.stats.percentileofscore(known, own, kind="mean")
            case "rank":
                result = scipy.stats.rankdata(known, method="min")[list(known).index(own)]
            case "zscore":
                result = None if np.ptp(known) == 0 else (
                    scipy.stats.zscore(known, ddof=1)[list(known).index(own)])
            case "robustZscore":
                mad = scipy.stats.median_abs_deviation(known)
                result = (own - np.median(known)) / (1.4826 * mad) if mad else None
            case "ratio":
                median = np.median(known)
                result = own / median if median else None
        results.append(figure(result))
    return results


def roll_up(values, weights, take, given, minimum):
    if weights is None:
        weights = [1.0] * len(values)
    pairs = [
        (x, w) for x, w in zip(values, weights) if x is not None and w is not None and w > 0]
    series = pd.Series([x for x, _ in pairs], dtype=float)
    n = len(series)
    if n < minimum or n == 0 and take not in ("count", "distinct"):
        return [None, n]
    weighted = [w for _, w in pairs]
    stats = statsmodels.stats.weightstats.DescrStatsW
    match take:
        case "mean":
            result = stats(series.to_numpy(), weights=weighted).mean
        case "share":
            result = stats((series != 0).to_numpy(dtype=float), weights=weighted).mean
        case "sum":
            result = series.sum()
        case "count":
            result = int((series != 0).sum())
        case "min":
            result = series.min()
        case "max":
            result = series.max()
        case "median":
            result = series.median()
        case "percentile":
            result = series.quantile(given / 100, interpolation="linear")
        case "distinct":
            result = series.nunique()
    return [figure(result), n]


# What is tried


def some_values(chance, count, kind):
    if kind == "condition":
        return [float(chance.random() < chance.choice((0.5, 0.9))) for _ in range(count)]
    if kind == "constant":
        constant = chance.choice((0.1, -3.7, 0.0, 1e6))
        return [constant] * count
    if kind == "ties":
        return [float(chance.randint(-2, 3)) for _ in range(count)]
    if kind == "quarters":
        return [chance.randint(-12, 40) / 4 for _ in range(count)]
    if kind == "drift":
        step = chance.choice((-1, 1)) * chance.randint(1, 6) / 4
        return [round(step * i) + chance.randint(-4, 4) / 4 for i in range(count)]
    if kind == "steps":
        level, values = 10.0, []
        for _ in range(count):
            if chance.random() < 0.1:
                level += chance.choice((-4, 4))
            values.append(level + chance.choice((-0.5, -0.25, 0, 0, 0.25, 0.5)))
        return values
    if kind == "large":
        return [1e6 + round(chance.gauss(0, 1), 3) for _ in range(count)]
    return [round(chance.gauss(20, 8), 3) for _ in range(count)]


def with_unknowns(chance, values):
    share = chance.choice((0, 0, 0.1, 0.3, 1 if len(values) < 4 else 0.6))
    return [None if chance.random() < share else value for value in values]


def some_series(chance, kind):
    count = chance.choice((1, 2, 3, 5, 8, 12, 20, 30))
    gaps = chance.choice((0, 0, 0.2, 0.5))
    period = chance.choice((0, 0, -7, 24_000, -2_000_000_000))
    periods = []
    while len(periods) < count:
        if chance.random() >= gaps:
            periods.append(period)
        period += 1
    return {"periods": periods, "values": with_unknowns(chance, some_values(chance, count, kind))}


def some_window(chance, take):
    given = None
    if take == "percentile":
        given = chance.choice((0, 5, 25, 33.3, 50, 90, 100))
    if take == "ewma":
        given = chance.choice((0.1, 0.2, 0.5, 1))
    last = chance.choice((None, 1, 2, 3, 6, 12))
    return {
        "take": take, "given": given, "last": last,
        "minimum": chance.choice((0, 1, 2, 4, last or 3)),
        "start": chance.choice((None, 12.5)) if take == "ewma" else None}


def some_chart(chance, series):
    rules = chance.choice(("xmr", "western-electric"))
    baseline = chance.choice(("all", "first", "periods"))
    known = len(series["values"])
    low = chance.choice(series["periods"][:max(1, known // 3)])
    return {
        "rules": rules, "improvement": chance.choice(("lower", "higher", "neither")),
        "first": chance.choice((3, 5, 8, 12)) if baseline == "first" else None,
        "within": [low, low + chance.choice((2, 4, 9, 15))] if baseline == "periods" else None,
        "run": chance.choice((5, 7 if rules == "xmr" else 8)),
        "trend": chance.choice((4, 6, 7)), "screens": chance.random() < 0.4}


def main():
    chance = random.Random(20261124)
    takes = [
        "mean", "sum", "min", "max", "median", "stddev", "count", "share", "first", "last",
        "change", "slope", "percentile", "ewma", "streak"]
    windows, charts, peers, roll_ups = [], [], [], []
    for number in range(1200):
        take = takes[number % len(takes)]
        kinds = (
            ("condition",) if take in CONDITIONS else
            ("plain", "plain", "constant", "ties", "large", "quarters"))
        series = some_series(chance, chance.choice(kinds))
        window = some_window(chance, take)
        windows.append({**window, **series, "results": window_results(series, window)})
    for _ in range(800):
        series = some_series(
            chance, chance.choice(("quarters", "ties", "drift", "steps", "constant")))
        chart = some_chart(chance, series)
        charts.append({**chart, **series, "signals": chart_signals(series, chart)})
    for number in range(280):
        take = (
            "percentile", "mean", "median", "zscore", "robustZscore", "rank", "ratio")[number % 7]
        kind = chance.choice(("plain", "ties", "constant", "large", "condition"))
        values = some_values(chance, chance.choice((1, 2, 3, 7, 12, 25)), kind)
        values = with_unknowns(chance, values)
        minimum = chance.choice((0, 1, 3, 5))
        peers.append({
            "take": take, "minimum": minimum, "values": values,
            "results": peer_results(values, take, minimum)})
    for number in range(450):
        take = (
            "mean", "sum", "count", "share", "min", "max", "median", "percentile",
            "distinct")[number % 9]
        kind = "condition" if take in CONDITIONS else (
            chance.choice(("plain", "ties", "constant", "large")))
        values = some_values(chance, chance.choice((1, 2, 3, 7, 12, 25)), kind)
        values = with_unknowns(chance, values)
        weights = None
        if take in ("mean", "share") and chance.random() < 0.6:
            weights = [
                chance.choice((None, 0.0, -1.0, 1.0, 2.5, round(chance.random() * 40, 2)))
                for _ in values]
        given = chance.choice((0, 10, 50, 62.5, 90, 100)) if take == "percentile" else None
        minimum = chance.choice((0, 1, 3, 5))
        value, n = roll_up(values, weights, take, given, minimum)
        roll_ups.append({
            "take": take, "given": given, "minimum": minimum, "values": values,
            "weights": weights, "value": value, "n": n})
    lines = []
    for name, cases in (
            ("windows", windows), ("charts", charts), ("peers", peers), ("rollUps", roll_ups)):
        rows = ",\n".join(json.dumps(compact(case), separators=(",", ":")) for case in cases)
        lines.append(f'"{name}":[\n{rows}\n]')
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
