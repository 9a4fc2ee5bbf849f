"""Numbers in, numbers out: intervals, bounds, forecasts and planning figures for small groups of people.

`error` is always one-sided: the chance, in (0, 0.5), that one end of a range is on the wrong side of
the truth. "95 % confidence" in this product is error 0.05, so a shown range is a two-sided 90 % one.
numpy and scipy.special are imported inside the functions: no page pays for them unless it computes.
"""
