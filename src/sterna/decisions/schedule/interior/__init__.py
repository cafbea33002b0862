"""Big fleets to a proven gap: an interior-point method whose linear algebra is the fleet's own shape.

`layout` writes a problem as chains of slots, one chain per car. `fleet` runs the passes over all cars
(`cars.c`, or `plain` in numpy), `site` is what stands around them, `method` the Newton steps,
`follow` a schedule that anybody could drive, made from an interior point (`site.c`), `costs` what cars
cost with it and at prices at least (`costs.c`). Why this and not block
coordinate descent: docs/decisions/0039-interior-point.md; the mathematics: docs/scheduling.md.
"""
