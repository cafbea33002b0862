"""When each car charges, waits or gives back: the site's schedule and its proof.

`problem` is the reference problem as arrays, `snapshot` makes one from a live
site, `lp` solves it to the optimum, `rolling` solves the next one from the last
one's basis, `check` judges any schedule without knowing a solver. `promises`, `standing`
and `tariff` make what a site has to keep beside its cars, `round` bundles small powers.
"""
