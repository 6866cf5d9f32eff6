"""Writes growthbook.json: what GrowthBook's statistics package says of the same sums. pip install gbstats numpy 'pandas<3'"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest
from gbstats.models.statistics import (
    ProportionStatistic,
    QuantileClusteredStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)
from gbstats.utils import check_srm
from scipy.stats import norm

SEED = 20261121
random = np.random.default_rng(SEED)


def sums(columns):
    rows = np.column_stack(columns)
    return {"units": len(rows), "sums": rows.sum(axis=0).tolist(), "products": (rows.T @ rows).tolist()}


def moments(names, arms):
    return {"kind": "moments", "columns": names, "arms": {"baseline": sums(arms[0]), "candidate": sums(arms[1])}}


def mean_of(x):
    return SampleMeanStatistic(n=len(x), sum=float(x.sum()), sum_squares=float((x**2).sum()))


def share_of(x):
    return ProportionStatistic(n=len(x), sum=float(x.sum()))


def ratio_of(m, d):
    return RatioStatistic(n=len(m), m_statistic=mean_of(m), d_statistic=mean_of(d), m_d_sum_of_products=float((m * d).sum()))


def adjusted_of(post, pre):
    return RegressionAdjustedStatistic(
        n=len(post), post_statistic=mean_of(post), pre_statistic=mean_of(pre),
        post_pre_sum_of_products=float((post * pre).sum()), theta=0,
    )


def expected(a, b, alpha, tunings=(5000, 800)):
    out = {}
    for scale in ("absolute", "relative"):
        fixed = TwoSidedTTest(a, b, FrequentistConfig(alpha=alpha, difference_type=scale)).compute_result()
        out[scale] = {"effect": fixed.expected, "interval": list(map(float, fixed.ci)), "pValue": float(fixed.p_value), "sequential": []}
        for tuning in tunings:
            config = SequentialConfig(alpha=alpha, difference_type=scale, sequential_tuning_parameter=tuning)
            at = SequentialTwoSidedTTest(a, b, config).compute_result()
            out[scale]["sequential"].append({"tuning": tuning, "interval": list(map(float, at.ci)), "pValue": float(at.p_value)})
    return out


cases = []


def add(name, kind, reading, a, b, alpha, **more):
    cases.append({"name": name, "kind": kind, "alpha": alpha, "reading": reading, "expected": expected(a, b, alpha), **more})


for alpha, (na, nb), lift in [(0.05, (1200, 1300), 0.1), (0.01, (400, 90), 0.0), (0.1, (5000, 5000), -0.05)]:
    x, y = random.lognormal(1, 0.8, na), random.lognormal(1, 0.8, nb) * (1 + lift)
    add(f"mean, alpha {alpha}", "mean", moments(["value"], [[x], [y]]), mean_of(x), mean_of(y), alpha)

    p, q = (random.random(na) < 0.12).astype(float), (random.random(nb) < 0.12 * (1 + lift)).astype(float)
    add(f"proportion, alpha {alpha}", "proportion", moments(["value"], [[p], [q]]), share_of(p), share_of(q), alpha)

    views = [1.0 + random.poisson(4, na), 1.0 + random.poisson(4, nb)]
    clicks = [random.binomial(views[0].astype(int), 0.3).astype(float), random.binomial(views[1].astype(int), 0.3 * (1 + lift)).astype(float)]
    ratio = moments(["value", "denominator"], [[clicks[0], views[0]], [clicks[1], views[1]]])
    add(f"ratio, alpha {alpha}", "ratio", ratio, ratio_of(clicks[0], views[0]), ratio_of(clicks[1], views[1]), alpha)

    pre = [random.gamma(2, 3, na), random.gamma(2, 3, nb)]
    post = [0.7 * pre[0] + random.normal(0, 2, na), 0.7 * pre[1] + random.normal(0, 2, nb) + lift]
    a, b = adjusted_of(post[0], pre[0]), adjusted_of(post[1], pre[1])
    theta = compute_theta(a, b)
    a.theta = b.theta = theta
    reading = moments(["value", "valueBefore"], [[post[0], pre[0]], [post[1], pre[1]]])
    add(f"CUPED mean, alpha {alpha}", "mean", reading, a, b, alpha)


# A ratio with CUPED is not in this version of gbstats: from the rows, by definition.
def linearised(m, d, at_m, at_d):
    return m / at_d - at_m * d / at_d**2


arms = []
for n, lift in [(1500, 0.0), (1400, 0.02)]:
    taste = random.beta(3, 7, n)
    d0, d = 1.0 + random.poisson(5, n), 1.0 + random.poisson(4, n)
    m0 = random.binomial(d0.astype(int), taste).astype(float)
    m = random.binomial(d.astype(int), np.clip(taste + lift, 0, 1)).astype(float)
    arms.append((m, d, m0, d0))
both = [np.concatenate([arms[0][k], arms[1][k]]) for k in range(4)]
after = linearised(both[0], both[1], both[0].mean(), both[1].mean())
before = linearised(both[2], both[3], both[2].mean(), both[3].mean())
theta = np.cov(after, before)[0, 1] / before.var(ddof=1)
values, variances = [], []
for m, d, m0, d0 in arms:
    values.append(m.mean() / d.mean() - theta * m0.mean() / d0.mean())
    rest = linearised(m, d, m.mean(), d.mean()) - theta * linearised(m0, d0, m0.mean(), d0.mean())
    variances.append(rest.var(ddof=1) / len(m))
cuped_ratio = {
    "reading": moments(["value", "denominator", "valueBefore", "denominatorBefore"], arms),
    "theta": float(theta), "effect": float(values[1] - values[0]), "standardError": float(np.sqrt(sum(variances))),
}


def quantile_sums(rows, nu):
    """rows: one array of events a unit."""
    events = np.sort(np.concatenate(rows))
    n = len(events)
    value = float(events[int(np.ceil(nu * n)) - 1])
    half = norm.ppf(0.975) * np.sqrt(nu * (1 - nu) / n)
    low = float(events[max(0, int(np.ceil((nu - half) * n)) - 1)])
    high = float(events[min(n - 1, int(np.ceil((nu + half) * n)) - 1)])
    sizes = np.array([len(row) for row in rows], dtype=float)
    below = np.array([(row <= value).sum() for row in rows], dtype=float)
    clusters = [sizes.sum(), (sizes**2).sum(), below.sum(), (below**2).sum(), (sizes * below).sum()]
    reading = {"units": len(rows), "events": n, "value": value, "low": low, "high": high, "clusters": [float(c) for c in clusters]}
    statistic = QuantileClusteredStatistic(
        n=n, n_star=n, nu=nu, quantile_hat=value, quantile_lower=low, quantile_upper=high,
        main_sum=clusters[2], main_sum_squares=clusters[3], denominator_sum=clusters[0], denominator_sum_squares=clusters[1],
        main_denominator_sum_product=clusters[4], n_clusters=len(rows),
    )
    return reading, statistic


def unit_events(units, many, scale):
    taste = random.lognormal(0, 0.4, units)
    return [random.gamma(2, scale * t, 1 + (random.poisson(6) if many else 0)) for t in taste]


quantiles = []
for nu in (0.5, 0.95):
    for many in (False, True):
        (ra, a), (rb, b) = quantile_sums(unit_events(900, many, 10), nu), quantile_sums(unit_events(800, many, 11), nu)
        quantiles.append({
            "name": f"quantile {nu}, {'several events' if many else 'one event'} a unit",
            "reading": {"kind": "quantile", "quantile": nu, "arms": {"baseline": ra, "candidate": rb}},
            "standardErrors": {"baseline": float(np.sqrt(a.variance / a.n)), "candidate": float(np.sqrt(b.variance / b.n))},
            # Its degrees of freedom count events; ours count units. The same where a unit has one.
            "expected": None if many else expected(a, b, 0.05),
        })

srm = [{"observed": users, "weights": weights, "pValue": float(check_srm(users, weights))}
       for users, weights in [([500, 510], [1, 1]), ([1000, 1100], [0.5, 0.5]), ([9000, 1200], [0.9, 0.1])]]

Path(__file__).with_suffix(".json").write_text(json.dumps({
    "script": "test/experiment/oracles/growthbook.py",
    "versions": {name: version(name) for name in ("gbstats", "numpy", "scipy")} | {"python": sys.version.split()[0]},
    "seed": SEED, "cases": cases, "cupedRatio": cuped_ratio, "quantiles": quantiles, "sampleRatio": srm,
}, indent=1) + "\n")
