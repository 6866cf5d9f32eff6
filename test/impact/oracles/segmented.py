"""Oracle of segmented regression and difference in differences: statsmodels OLS with HAC errors. Written as test/impact/oracles/segmented.json."""
import json, sys, numpy as np, statsmodels, statsmodels.api as sm
SEED = 20261121
rng = np.random.default_rng(SEED)
def row(t, after, trend, slope, seasons):
    r = [1.0, 1.0 if after else 0.0]
    if trend: r.append(float(t))
    if trend and slope: r.append(float(t) if after else 0.0)
    for p, h in seasons:
        for k in range(1, h + 1):
            r.append(np.cos(2*np.pi*k*t/p))
            if 2*k != p: r.append(np.sin(2*np.pi*k*t/p))
    return r
cases = []
def case(name, nb, gap, na, trend, slope, seasons, lags, scale=1.0, level=100.0):
    times = [t for t in range(-nb-gap, na) if not (-gap <= t < 0)]
    e, ys = 0.0, []
    for t in times:
        e = .5*e + rng.normal()
        ys.append(scale*(level + .05*t + 3*np.sin(2*np.pi*t/7) + (2.0 if t >= 0 else 0) + e))
    X = np.array([row(t, t >= 0, trend, slope, seasons) for t in times])
    fit = sm.OLS(np.array(ys), X).fit(cov_type='HAC', cov_kwds={'maxlags': lags, 'use_correction': True}, use_t=True)
    later = [t for t in times if t >= 0]
    without = np.array([row(t, False, trend, slope, seasons) for t in later])
    eff = np.array([row(t, True, trend, slope, seasons) for t in later]) - without
    mean, end = fit.t_test(eff.mean(0)), fit.t_test(eff[-1])
    cases.append(dict(name=name, times=times, values=ys, model=dict(hasTrend=trend, hasSlopeChange=slope, seasons=[dict(period=p, harmonics=h) for p, h in seasons]), lags=lags,
        expected=dict(levelChange=float(fit.params[1]), levelError=float(fit.bse[1]), meanEffect=float(mean.effect[0]), meanError=float(mean.sd[0][0]), endEffect=float(end.effect[0]), endError=float(end.sd[0][0]),
            counterfactual=[float(v) for v in without @ fit.params], r2=float(fit.rsquared))))
W, H = [(7, 3)], [(24, 3), (168, 3)]
case('level only', 10, 0, 6, False, False, [], 2)
case('two weeks, weekday, no trend', 14, 2, 7, False, False, W, 3)
case('four weeks, trend', 28, 3, 14, True, False, W, 3)
case('four weeks, trend and slope', 28, 3, 14, True, True, W, 5)
case('no lags', 40, 0, 12, True, True, W, 0)
case('hours', 340, 10, 48, True, True, H, 6)
case('a small share', 28, 5, 14, True, True, W, 3, 0.001)
case('difference of two series', 28, 3, 14, False, False, [], 3, 1.0, 0.0)
# Difference in differences with fixed effects of every bucket is the regression of the pairs' differences; checked as such.
def did(name, nb, na, lags):
    n = nb + na; t = np.arange(-nb, na); common = 5*np.sin(2*np.pi*t/7) + np.cumsum(rng.normal(size=n))*.3
    control = 50 + common + rng.normal(size=n); treated = 60 + common + 1.5*(t >= 0) + rng.normal(size=n)
    gap = treated - control
    fit = sm.OLS(gap, np.column_stack([np.ones(n), (t >= 0).astype(float)])).fit(cov_type='HAC', cov_kwds={'maxlags': lags, 'use_correction': True}, use_t=True)
    y = np.concatenate([treated, control]); g = np.concatenate([np.ones(n), np.zeros(n)]); tt = np.concatenate([t, t])
    D = np.column_stack([g, g*(tt >= 0)] + [(tt == k).astype(float) for k in t])
    panel = np.linalg.lstsq(D, y, rcond=None)[0]
    assert abs(panel[1] - fit.params[1]) < 1e-9
    return dict(name=name, times=[int(k) for k in t], treated=[float(v) for v in treated], control=[float(v) for v in control], lags=lags, expected=dict(effect=float(fit.params[1]), error=float(fit.bse[1]), panelEffect=float(panel[1])))
dids = [did('three weeks and one', 21, 7, 3), did('four weeks and two', 28, 14, 3)]
json.dump(dict(statistic='segmented', script='segmented.py', seed=SEED, versions=dict(python=sys.version.split()[0], numpy=np.__version__, statsmodels=statsmodels.__version__), cases=cases, differences=dids), open(sys.argv[1], 'w'), separators=(',', ':'))
