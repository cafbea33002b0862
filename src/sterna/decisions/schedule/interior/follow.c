/* The wishes of all cars within the limits: see follow.py. */
#include "doubles.h"

#include <math.h>

enum { BANDS_MAX = 64 }; /* more are followed in numpy */

typedef struct {
    integer steps, bands;
    const integer *begins, *car, *slot;    /* (steps + 1), (slots): everything goes step by step but wish, stored */
    const double *most_in, *most_out, *floor, *ceiling, *wish; /* per slot: stored energy */
    integer ups, downs, slots;
    const double *up, *down;               /* (P, slots), (D, slots): metered energy of each piece */
    const double *gain, *drain;            /* (cars, P), (cars, D) */
    const double *room, *least;            /* (steps): most and least energy of all cars together */
    const double *weight, *band;           /* (cars, bands), (bands, steps); a band's room, or infinity */
    double *now, *stored;                  /* per car, at first what it arrives with; per slot */
    double *wanted;                        /* per car: work space */
} Follow;

static double part(double room, double wanted) {
    if (room < 0.0) room = 0.0;
    return wanted <= room ? 1.0 : room / wanted;
}

static double drawn(const Follow *L, integer at, double want) {
    if (!(want > 0.0)) return 0.0;
    return at_meter(want, L->ups, L->up + at, L->slots, L->gain + L->car[at] * L->ups);
}

static double given(const Follow *L, integer at, double want) {
    if (!(want < 0.0)) return 0.0;
    return at_meter(-want, L->downs, L->down + at, L->slots, L->drain + L->car[at] * L->downs);
}

/* What a slot has to take so that the floor is kept, and what is wished of what it may. */
static double must_of(const Follow *L, integer k, double before) {
    return less(more(L->floor[k] - before, 0.0), L->most_in[k]);
}

static double want_of(const Follow *L, integer k, double before, double must) {
    double want = less(more(L->wish[L->slot[k]] - before, -L->most_out[k]), L->most_in[k]);
    want = less(more(before + want, L->floor[k]), L->ceiling[k]) - before;
    return must > 0.0 ? more(want, must) : want;
}

/* Metered energy of the cars of a step. */
typedef struct {
    double into, out, needed;
} Sums;

static Sums wants(const Follow *L, integer begin, integer end) {
    Sums all = {0.0, 0.0, 0.0};
    for (integer k = begin; k < end; k++) {
        double before = L->now[L->car[k]], must = must_of(L, k, before), want = want_of(L, k, before, must);
        L->wanted[k - begin] = want;
        all.into += drawn(L, k, want);
        all.out += given(L, k, want);
        all.needed += drawn(L, k, must);
    }
    return all;
}

/* The same where each direction has one piece, without a branch that nobody could foresee. */
static Sums plain_wants(const Follow *L, integer begin, integer end) {
    Sums all = {0.0, 0.0, 0.0};
    for (integer k = begin; k < end; k++) {
        integer car = L->car[k];
        double before = L->now[car], must = must_of(L, k, before), want = want_of(L, k, before, must);
        L->wanted[k - begin] = want;
        all.into += more(want, 0.0) / L->gain[car];
        all.out += more(-want, 0.0) / L->drain[car];
        if (must > 0.0) all.needed += must / L->gain[car]; /* hardly ever */
    }
    return all;
}

/* Each car's part of what a step's bands have room for, the connection's part given; the least of all. */
static double band_shares(const Follow *L, integer step, integer begin, integer end, double up, double *shares) {
    double tightest = up;
    for (integer b = 0; b < L->bands; b++) {
        double in_band = 0.0, out_band = 0.0, need_band = 0.0;
        shares[b] = 1.0;
        if (!isfinite(L->band[b * L->steps + step])) continue;
        for (integer k = begin; k < end; k++) {
            integer car = L->car[k];
            double weight = L->weight[car * L->bands + b], want = L->wanted[k - begin];
            in_band += weight * drawn(L, k, want);
            out_band += weight * given(L, k, want);
            need_band += weight * drawn(L, k, must_of(L, k, L->now[car]));
        }
        shares[b] = part(L->band[b * L->steps + step] + out_band - need_band, in_band - need_band);
        tightest = less(tightest, shares[b]);
    }
    return tightest;
}

/* Scale down what cars want beyond what they must; what all draw then. */
static double scaled(const Follow *L, integer begin, integer end, double up, const double *shares) {
    double moved = 0.0;
    for (integer k = begin; k < end; k++) {
        integer car = L->car[k];
        double want = L->wanted[k - begin], share = up, must = must_of(L, k, L->now[car]);
        for (integer b = 0; b < L->bands; b++)
            if (L->weight[car * L->bands + b] > 0.0) share = less(share, shares[b]);
        if (want > 0.0) want = must + (want - must) * share;
        L->wanted[k - begin] = want;
        moved += drawn(L, k, want);
    }
    return moved;
}

/* What leaves the cells for `rest` metered, the best piece first. */
static double at_cells(const Follow *L, integer k, double rest) {
    double left = 0.0;
    for (integer p = 0; p < L->downs; p++) {
        double piece = p + 1 < L->downs ? less(rest, L->down[p * L->slots + k]) : rest;
        left += piece * L->drain[L->car[k] * L->downs + p];
        rest -= piece;
    }
    return left;
}

/* Stored energy as near to a wish as cars, connection and bands allow: see follow.py. */
EXPORT void sterna_follow(Follow *L) {
    integer plain = L->ups == 1 && L->downs == 1;
    double shares[BANDS_MAX];
    for (integer step = 0; step < L->steps; step++) {
        integer begin = L->begins[step], end = L->begins[step + 1];
        Sums all = plain ? plain_wants(L, begin, end) : wants(L, begin, end);
        double up = part(L->room[step] + all.out - all.needed, all.into - all.needed), moved = all.into;
        double tightest = band_shares(L, step, begin, end, up, shares);
        if (tightest < 1.0) moved = scaled(L, begin, end, up, shares); /* as a rule everybody has what he wants */
        double down = part(moved - L->least[step], all.out);
        for (integer k = begin; k < end; k++) {
            integer car = L->car[k];
            double want = L->wanted[k - begin];
            if (down < 1.0 && want < 0.0) want = -at_cells(L, k, given(L, k, want) * down);
            L->now[car] += want;
            L->stored[L->slot[k]] = L->now[car];
        }
    }
}
