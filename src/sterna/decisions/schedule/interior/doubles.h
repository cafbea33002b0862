/* What the parts share that reckon in double precision. */
#ifndef STERNA_DOUBLES_H
#define STERNA_DOUBLES_H

#include "passes.h"

static inline double less(double a, double b) { return a < b ? a : b; }
static inline double more(double a, double b) { return a > b ? a : b; }

/* Metered energy of so much stored, the best piece first; `apart`: from one piece's `most` to the next one's. */
static inline double at_meter(double stored, integer pieces, const double *most, integer apart, const double *ratio) {
    double metered = 0.0;
    for (integer p = 0; p < pieces; p++) {
        double piece = p + 1 < pieces ? less(stored, most[p * apart] * ratio[p]) : stored;
        metered += piece / ratio[p];
        stored -= piece;
    }
    return metered;
}

#endif
