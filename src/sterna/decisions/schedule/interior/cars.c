/* The passes over all cars of the interior-point method (see method.py and docs/scheduling.md).
 *
 * Built by hatch_build.py, once in double and once (with SINGLE) in single precision; plain.py holds
 * the same passes in numpy for machines without a compiler. Cars are independent but for the prices, so
 * that they are spread over threads. Sums are kept per chunk of cars, and chunks do not depend on the
 * number of threads: the same problem gives the same bytes on one thread and on eight. No fast-math,
 * no fused multiply-add.
 *
 * A car with n slots has V = P + D + K variables per slot (charging pieces, discharging pieces, pieces
 * of stored energy), variable by variable, and Z more for its last slot. Every variable x lies in
 * (0, width) with multipliers zl of x and zu of width - x. Width 0: the variable is fixed at 0.
 *
 * Loops over variables write what they find to an array before anything is summed or compared: so the
 * compiler can do many at once, and sums keep an order that is written down here (see sum and top).
 * What can be found again with less work than it takes to fetch it is not stored.
 */
#include "passes.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#if defined(SINGLE)
typedef float real;
#define NAME(plain) plain##_single
#define ROOT sqrtf
static const real TINY = 1e-30f, FORGOTTEN = 1e-25f, EDGE = 5e-7f, HARDLY = 1e-9f;
#else
typedef double real;
#define NAME(plain) plain
#define ROOT sqrt
static const real TINY = 1e-300, FORGOTTEN = 1e-200, EDGE = 0.0, HARDLY = 1e-9;
#endif
/* TINY keeps 0 / 0 away; chains below FORGOTTEN are no news and would become denormal numbers; x keeps
 * EDGE of its width from its bounds, where single precision ends; steps are not counted beyond 1 / HARDLY. */

enum { COMPLEMENTARITY, PRIMAL, DUAL, RESIDUAL, RECENTRED, SUMS };
enum { ROUNDS_MAX = 12, WIDER = 10 };

typedef struct {
    integer cars, steps, groups, chunks, threads;
    integer ups, downs, stores, lasts;          /* P, D, K, Z */
    const integer *first, *count, *slot, *flat; /* per car: first step, n, offsets into slots and variables */
    const integer *group, *cut;                 /* per car; per chunk, one more */
    const real *gain, *drain;                   /* (cars, P), (cars, D): stored per metered kWh */
    const real *width, *cost, *rhs;             /* per variable, per variable, per slot */
    const real *price, *move;                   /* (groups, steps): price and its step */
    const real *stiff;                          /* (steps): how far prices may move, EUR per kWh */
    real *x, *zl, *zu, *theta, *pull;           /* per variable */
    real *ahead, *dx;                           /* per variable: the direction without centring, and with it */
    real *value, *dvalue, *residual, *aim;      /* per slot; aim: stored energy, less its base, along `ahead` */
    real *inverse, *onward, *damp, *share, *wish, *extra, *coupling; /* per slot, see factor() */
    real *held, *mixed, *loose;
    real *schur;                                /* (chunks, groups, steps, steps), lower triangle */
    double *power, *answer, *answer2, *answer3; /* (chunks, groups, steps) */
    double *sums;                               /* (chunks, SUMS) */
    double *reach, *reach_dual, *change;        /* per car; change: (cars, 3) */
    const double *base;                         /* per slot: stored energy when all its pieces are 0 */
    double *stored;                             /* per slot: stored energy, when it was asked for */
    real *scratch;                              /* (threads, room) */
    integer room;
    double target, second;                      /* of the direction: products aimed at, weight of the second order */
    double centre;                              /* products that cars alone aim at */
    double step, step_dual, fraction;
} Fleet;

static inline real less(real a, real b) { return a < b ? a : b; }
static inline real more(real a, real b) { return a > b ? a : b; }
static inline real size(real a) { return a < 0 ? -a : a; }

/* The sum of many, in an order that does not depend on how many are added at once. */
WIDE static double sum(const real *restrict values, integer count) {
    double lane[8] = {0};
    integer v = 0;
    for (; v + 8 <= count; v += 8)
        for (int l = 0; l < 8; l++) lane[l] += (double)values[v + l];
    for (int l = 0; v < count; v++, l++) lane[l] += (double)values[v];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* The greatest of many and of `least`. */
WIDE static real top(const real *restrict values, integer count, real least) {
    real lane[16];
    integer v = 0;
    for (int l = 0; l < 16; l++) lane[l] = least;
    for (; v + 16 <= count; v += 16)
        for (int l = 0; l < 16; l++) lane[l] = values[v + l] > lane[l] ? values[v + l] : lane[l];
    for (int l = 0; v < count; v++, l++) lane[l] = more(values[v], lane[l]);
    for (int l = 1; l < 16; l++) lane[0] = more(lane[0], lane[l]);
    return lane[0];
}

/* What one car's sweeps need of its factor, per slot. */
typedef struct {
    const real *onward, *damp, *share, *inverse;
} Chain;

static Chain chain_of(const Fleet *F, integer i) {
    integer at = F->slot[i];
    return (Chain){F->onward + at, F->damp + at, F->share + at, F->inverse + at};
}

/* Solve for dvalue: backward for the wished change of stored energy, forward for what comes of it. */
WIDE static void sweep(integer n, Chain chain, const real *residual, const real *extra, const real *wish,
                       const real *coupling, const real *move, real *wished, real *dvalue) {
    APART
    for (integer t = 0; t < n; t++) dvalue[t] = extra[t];
    if (residual)
        APART
        for (integer t = 0; t < n; t++) dvalue[t] += residual[t];
    if (move)
        APART
        for (integer t = 0; t < n; t++) dvalue[t] -= coupling[t] * move[t];
    APART
    for (integer t = 0; t < n; t++) wished[t] = (1 - chain.onward[t]) * wish[t] - dvalue[t];
    real next = 0, stored = 0;
    for (integer t = n - 1; t >= 0; t--) wished[t] = next = chain.onward[t] * next + wished[t];
    APART
    for (integer t = 0; t < n; t++) dvalue[t] += chain.share[t] * wished[t];
    for (integer t = 0; t < n; t++) {
        real after = chain.damp[t] * stored + dvalue[t];
        dvalue[t] = stored;
        stored = after;
    }
    APART
    for (integer t = 0; t < n; t++) dvalue[t] = (wished[t] - dvalue[t]) * chain.inverse[t];
}

/* The same for two right sides at once: one waits for the other's arithmetic. */
WIDE static void sweep_both(integer n, Chain chain, const real *extra, const real *wish, real *wished, real *dvalue,
                            const real *extra2, const real *wish2, real *wished2, real *dvalue2) {
    APART
    for (integer t = 0; t < n; t++) {
        real rest = 1 - chain.onward[t];
        wished[t] = rest * wish[t] - extra[t];
        wished2[t] = rest * wish2[t] - extra2[t];
    }
    real next = 0, next2 = 0, stored = 0, stored2 = 0;
    for (integer t = n - 1; t >= 0; t--) {
        wished[t] = next = chain.onward[t] * next + wished[t];
        wished2[t] = next2 = chain.onward[t] * next2 + wished2[t];
    }
    APART
    for (integer t = 0; t < n; t++) {
        dvalue[t] = extra[t] + chain.share[t] * wished[t];
        dvalue2[t] = extra2[t] + chain.share[t] * wished2[t];
    }
    for (integer t = 0; t < n; t++) {
        real after = chain.damp[t] * stored + dvalue[t], after2 = chain.damp[t] * stored2 + dvalue2[t];
        dvalue[t] = stored;
        dvalue2[t] = stored2;
        stored = after;
        stored2 = after2;
    }
    APART
    for (integer t = 0; t < n; t++) {
        dvalue[t] = (wished[t] - dvalue[t]) * chain.inverse[t];
        dvalue2[t] = (wished2[t] - dvalue2[t]) * chain.inverse[t];
    }
}

/* theta * pull summed by slot: into stored energy (extra), its pieces (wish), and power. */
WIDE static void gather(const Fleet *F, integer i, const real *restrict pull, real *restrict extra,
                        real *restrict wish, real *restrict power) {
    integer P = F->ups, D = F->downs, K = F->stores, Z = F->lasts, n = F->count[i], V = P + D + K;
    const real *gain = F->gain + i * P, *drain = F->drain + i * D;
    const real *theta = F->theta + F->flat[i];
    APART
    for (integer t = 0; t < n; t++) extra[t] = wish[t] = power[t] = 0;
    for (integer p = 0; p < P; p++)
        APART
        for (integer t = 0; t < n; t++) {
            real a = theta[p * n + t] * pull[p * n + t];
            extra[t] += gain[p] * a;
            power[t] += a;
        }
    for (integer p = 0; p < D; p++)
        APART
        for (integer t = 0; t < n; t++) {
            real a = theta[(P + p) * n + t] * pull[(P + p) * n + t];
            extra[t] -= drain[p] * a;
            power[t] -= a;
        }
    for (integer k = 0; k < K; k++)
        APART
        for (integer t = 0; t < n; t++)
            wish[t] += theta[(P + D + k) * n + t] * pull[(P + D + k) * n + t];
    for (integer k = 0; k < Z; k++) wish[n - 1] += theta[V * n + k] * pull[V * n + k];
    const real *held = F->held + F->slot[i], *mixed = F->mixed + F->slot[i];
    const real *loose = F->loose + F->slot[i];
    APART
    for (integer t = 0; t < n; t++) {
        extra[t] -= held[t] * mixed[t] * power[t];
        power[t] -= held[t] * loose[t] * power[t];
    }
}

/* Residuals, reduced costs, theta, the car's triangular factor and its part of the Schur complement. */
WIDE static void factor(const Fleet *F, integer c, integer i, real *scratch, int local) {
    integer T = F->steps, P = F->ups, D = F->downs, K = F->stores, Z = F->lasts;
    integer n = F->count[i], f = F->first[i], V = P + D + K, m = V * n + Z;
    const real *width = F->width + F->flat[i], *cost = F->cost + F->flat[i];
    const real *gain = F->gain + i * P, *drain = F->drain + i * D;
    const real *price = F->price + F->group[i] * T + f, *rhs = F->rhs + F->slot[i];
    const real *x = F->x + F->flat[i], *zl = F->zl + F->flat[i];
    const real *zu = F->zu + F->flat[i], *value = F->value + F->slot[i];
    real *theta = F->theta + F->flat[i], *pull = F->pull + F->flat[i];
    real *residual = F->residual + F->slot[i], *inverse = F->inverse + F->slot[i];
    real *onward = F->onward + F->slot[i], *wish = F->wish + F->slot[i];
    real *extra = F->extra + F->slot[i], *coupling = F->coupling + F->slot[i];
    real *damp = F->damp + F->slot[i], *share = F->share + F->slot[i], *held = F->held + F->slot[i];
    real *mixed = F->mixed + F->slot[i], *loose = F->loose + F->slot[i];
    real *room = scratch, *stored = scratch + T, *local_power = scratch + 2 * T;
    real *past = scratch + 3 * T, *front = scratch + 4 * T, *back = scratch + 5 * T;
    real *keep = scratch + 6 * T, *chain = scratch + 7 * T;
    real *diagonal = scratch + 8 * T, *whole = scratch + 9 * T;
    real *spread = scratch + 10 * T, *beyond = scratch + 11 * T;
    real *each = scratch + 12 * T; /* per variable */
    /* pull = - reduced cost, for the direction without centring */
    for (integer p = 0; p < P; p++)
        APART
        for (integer t = 0; t < n; t++)
            pull[p * n + t] = gain[p] * value[t] - price[t] - cost[p * n + t];
    for (integer p = 0; p < D; p++)
        APART
        for (integer t = 0; t < n; t++)
            pull[(P + p) * n + t] = price[t] - drain[p] * value[t] - cost[(P + p) * n + t];
    for (integer k = 0; k < K; k++) {
        real *g = pull + (P + D + k) * n;
        const real *w = cost + (P + D + k) * n;
        APART
        for (integer t = 0; t < n - 1; t++) g[t] = value[t + 1] - value[t] - w[t];
        g[n - 1] = -value[n - 1] - w[n - 1];
    }
    for (integer k = 0; k < Z; k++) pull[V * n + k] = -value[n - 1] - cost[V * n + k];
    APART
    for (integer v = 0; v < m; v++) {
        real above = width[v] - x[v], d = x[v] * above / (zl[v] * above + zu[v] * x[v]);
        theta[v] = width[v] > 0 ? d : 0;
    }
    APART
    for (integer t = 0; t < n; t++) {
        residual[t] = rhs[t];
        stored[t] = 0;
    }
    for (integer p = 0; p < P; p++)
        APART
        for (integer t = 0; t < n; t++) residual[t] += gain[p] * x[p * n + t];
    for (integer p = 0; p < D; p++)
        APART
        for (integer t = 0; t < n; t++) residual[t] -= drain[p] * x[(P + p) * n + t];
    for (integer k = 0; k < K; k++)
        APART
        for (integer t = 0; t < n; t++) stored[t] += x[(P + D + k) * n + t];
    for (integer k = 0; k < Z; k++) stored[n - 1] += x[V * n + k];
    residual[0] -= stored[0];
    APART
    for (integer t = 1; t < n; t++) residual[t] -= stored[t] - stored[t - 1];
    if (!local) {
        double *sums = F->sums + c * SUMS;
        APART
        for (integer v = 0; v < m; v++) each[v] = zl[v] * x[v] + zu[v] * (width[v] - x[v]);
        sums[COMPLEMENTARITY] += sum(each, m);
        APART
        for (integer v = 0; v < m; v++) each[v] = cost[v] * x[v];
        sums[PRIMAL] += sum(each, m);
        APART
        for (integer v = 0; v < m; v++) each[v] = more(pull[v], 0) * width[v];
        sums[DUAL] -= sum(each, m);
        APART
        for (integer t = 0; t < n; t++) each[t] = rhs[t] * value[t];
        sums[DUAL] -= sum(each, n);
        APART
        for (integer t = 0; t < n; t++) each[t] = size(residual[t]);
        sums[RESIDUAL] = (double)top(each, n, (real)sums[RESIDUAL]);
    }
    APART
    for (integer t = 0; t < n; t++) spread[t] = mixed[t] = loose[t] = room[t] = diagonal[t] = whole[t] = 0;
    for (integer p = 0; p < P + D; p++) {
        real k = p < P ? gain[p] : drain[p - P];
        const real *mine = theta + p * n, *most = width + p * n;
        APART
        for (integer t = 0; t < n; t++) {
            spread[t] += k * k * mine[t];
            mixed[t] += k * mine[t];
            loose[t] += mine[t];
            whole[t] += most[t];
        }
        for (integer r = 0; r < p; r++) { /* loose * spread - coupling^2, without cancellation */
            real d = k - (r < P ? gain[r] : drain[r - P]);
            APART
            for (integer t = 0; t < n; t++) diagonal[t] += theta[p * n + t] * theta[r * n + t] * (d * d);
        }
    }
    for (integer k = 0; k < K; k++)
        APART
        for (integer t = 0; t < n; t++) room[t] += theta[(P + D + k) * n + t];
    for (integer k = 0; k < Z; k++) room[n - 1] += theta[V * n + k];
    /* A car's power answers a finite step of the price at most by all of its width. */
    const real *may = F->stiff + f;
    real by = local ? 0 : 1;
    APART
    for (integer t = 0; t < n; t++) {
        real most = whole[t], apart = by * may[t] / most, stiff = most > 0 ? apart : 0;
        real part = 1 / (1 + stiff * loose[t]);
        held[t] = stiff * part;
        coupling[t] = mixed[t] * part;
        spread[t] = (spread[t] + stiff * diagonal[t]) * part;
        diagonal[t] *= part;
    }
    /* How far stored energy may move: given what follows (keep), backward, and given what was before
     * (past), forward. Both in one loop, because each waits for its divisions. */
    real ahead = 0, behind = 0;
    for (integer t = 0; t < n; t++) {
        integer u = n - 1 - t;
        beyond[u] = ahead;
        keep[u] = t == 0 ? room[u] : room[u] * ahead / (room[u] + ahead + TINY);
        ahead = keep[u] + spread[u];
        past[t] = behind;
        real all = behind + spread[t];
        behind = room[t] * all / (room[t] + all + TINY);
    }
    APART
    for (integer t = 0; t < n; t++) {
        real all = keep[t] + spread[t], per = 1 / all;
        onward[t] = room[t] / (room[t] + beyond[t] + TINY);
        inverse[t] = all > 0 ? per : 0;
        damp[t] = all > 0 ? keep[t] * per : 1;
        share[t] = all > 0 ? spread[t] * per : 0;
    }
    onward[n - 1] = 0;
    gather(F, i, pull, extra, wish, local_power);
    if (local) return;
    APART
    for (integer t = 0; t < n; t++) {
        real all = keep[t] + spread[t] + past[t], free = loose[t] * (1 - held[t] * loose[t]);
        diagonal[t] = (free * (keep[t] + past[t]) + diagonal[t]) / (all + TINY);
        front[t] = keep[t] * coupling[t] / (all + TINY);
        back[t] = coupling[t] * inverse[t];
        keep[t] *= inverse[t];
    }
    real *schur = F->schur + (c * F->groups + F->group[i]) * T * T;
    integer low = 0; /* older slots that no longer matter are left behind: no denormal numbers */
    for (integer t = 0; t < n; t++) {
        real *row = schur + (f + t) * T + f, weight = back[t], damp = keep[t];
        APART
        for (integer s = low; s < t; s++) {
            row[s] -= weight * chain[s];
            chain[s] *= damp;
        }
        row[t] += diagonal[t];
        chain[t] = front[t];
        while (low < t && chain[low] < FORGOTTEN) low++;
    }
    integer at = (c * F->groups + F->group[i]) * T + f;
    double *answer = F->answer + at, *power = F->power + at;
    sweep(n, chain_of(F, i), residual, extra, wish, coupling, NULL, past, front);
    APART
    for (integer t = 0; t < n; t++) answer[t] += coupling[t] * front[t] + local_power[t];
    for (integer p = 0; p < P; p++)
        APART
        for (integer t = 0; t < n; t++) power[t] += x[p * n + t];
    for (integer p = 0; p < D; p++)
        APART
        for (integer t = 0; t < n; t++) power[t] -= x[(P + p) * n + t];
}

/* dx from dvalue and the step of the price; the balance of stored energy holds to the last bit. */
WIDE static void moves(const Fleet *F, integer i, const real *restrict pull, const real *restrict dvalue,
                       const real *restrict move, real *restrict dx, real *scratch) {
    integer P = F->ups, D = F->downs, K = F->stores, Z = F->lasts, n = F->count[i], V = P + D + K;
    const real *gain = F->gain + i * P, *drain = F->drain + i * D;
    const real *theta = F->theta + F->flat[i], *residual = F->residual + F->slot[i];
    const real *held = F->held + F->slot[i];
    real *stored = scratch, *got = scratch + F->steps, *room = scratch + 2 * F->steps;
    real *seen = scratch + 3 * F->steps; /* the price and what holds the car back */
    APART
    for (integer t = 0; t < n; t++) got[t] = 0;
    for (integer p = 0; p < P; p++)
        APART
        for (integer t = 0; t < n; t++)
            got[t] += theta[p * n + t] * (gain[p] * dvalue[t] - move[t] + pull[p * n + t]);
    for (integer p = 0; p < D; p++)
        APART
        for (integer t = 0; t < n; t++)
            got[t] -= theta[(P + p) * n + t] * (move[t] - drain[p] * dvalue[t] + pull[(P + p) * n + t]);
    APART
    for (integer t = 0; t < n; t++) {
        seen[t] = move[t] + held[t] * got[t];
        stored[t] = residual[t];
        got[t] = room[t] = 0;
    }
    for (integer p = 0; p < P; p++)
        APART
        for (integer t = 0; t < n; t++) {
            real d = theta[p * n + t] * (gain[p] * dvalue[t] - seen[t] + pull[p * n + t]);
            dx[p * n + t] = d;
            stored[t] += gain[p] * d;
        }
    for (integer p = 0; p < D; p++)
        APART
        for (integer t = 0; t < n; t++) {
            real d = theta[(P + p) * n + t] * (seen[t] - drain[p] * dvalue[t] + pull[(P + p) * n + t]);
            dx[(P + p) * n + t] = d;
            stored[t] -= drain[p] * d;
        }
    for (integer t = 1; t < n; t++) stored[t] += stored[t - 1];
    for (integer k = 0; k < K; k++) {
        const real *a = theta + (P + D + k) * n, *g = pull + (P + D + k) * n;
        real *d = dx + (P + D + k) * n;
        APART
        for (integer t = 0; t < n - 1; t++) d[t] = a[t] * (dvalue[t + 1] - dvalue[t] + g[t]);
        d[n - 1] = a[n - 1] * (g[n - 1] - dvalue[n - 1]);
        APART
        for (integer t = 0; t < n; t++) {
            got[t] += d[t];
            room[t] += a[t];
        }
    }
    for (integer k = 0; k < Z; k++) {
        integer v = V * n + k;
        dx[v] = theta[v] * (pull[v] - dvalue[n - 1]);
        got[n - 1] += dx[v];
        room[n - 1] += theta[v];
    }
    APART
    for (integer t = 0; t < n; t++) got[t] = room[t] > 0 ? (stored[t] - got[t]) / room[t] : 0;
    for (integer k = 0; k < K; k++) {
        const real *a = theta + (P + D + k) * n;
        real *d = dx + (P + D + k) * n;
        APART
        for (integer t = 0; t < n; t++) d[t] += a[t] * got[t];
    }
    for (integer k = 0; k < Z; k++) dx[V * n + k] += theta[V * n + k] * got[n - 1];
}

/* The direction without centring, and what centring and the second order would add to the answer. */
WIDE static void predict(const Fleet *F, integer c, integer i, real *scratch) {
    integer T = F->steps, P = F->ups, D = F->downs, K = F->stores, Z = F->lasts;
    integer n = F->count[i], V = P + D + K, m = V * n + Z, at = (c * F->groups + F->group[i]) * T + F->first[i];
    const real *width = F->width + F->flat[i];
    const real *x = F->x + F->flat[i], *zl = F->zl + F->flat[i], *zu = F->zu + F->flat[i];
    real *dx = F->ahead + F->flat[i], *aim = F->aim + F->slot[i];
    const real *coupling = F->coupling + F->slot[i], *move = F->move + F->group[i] * T + F->first[i];
    real *wished = scratch, *dvalue = scratch + T, *extra = scratch + 2 * T;
    real *wish = scratch + 3 * T, *power = scratch + 4 * T;
    real *wished2 = scratch + 5 * T, *dvalue2 = scratch + 6 * T, *extra2 = scratch + 7 * T;
    real *wish2 = scratch + 8 * T, *power2 = scratch + 9 * T;
    real *second = scratch + 12 * T, *centring = second + m;
    real *worst = centring + m, *worst_dual = worst + m, *square = worst_dual + m;
    real *linear = square + m, *linear_dual = linear + m;
    sweep(n, chain_of(F, i), F->residual + F->slot[i], F->extra + F->slot[i], F->wish + F->slot[i], coupling,
          move, wished, dvalue);
    moves(F, i, F->pull + F->flat[i], dvalue, move, dx, scratch + 4 * T);
    APART
    for (integer v = 0; v < m; v++) {
        real live = width[v] > 0 ? 1 : 0, d = dx[v];
        real above = width[v] - x[v], per_x = 1 / x[v], per_room = 1 / above;
        real il = width[v] > 0 ? per_x : 0, iu = width[v] > 0 ? per_room : 0;
        real down = il * d, up = iu * d; /* by which part x and its room change */
        real dzl = -zl[v] * (live + down), dzu = -zu[v] * (live - up);
        worst[v] = more(-down, up);
        worst_dual[v] = more(live + down, live - up);
        linear[v] = (zl[v] - zu[v]) * d;
        linear_dual[v] = x[v] * dzl + above * dzu;
        square[v] = d * (dzl - dzu);
        second[v] = -d * dzl * il - d * dzu * iu;
        centring[v] = il - iu;
    }
    F->reach[i] = 1.0 / (double)top(worst, m, HARDLY);
    F->reach_dual[i] = 1.0 / (double)top(worst_dual, m, HARDLY);
    F->change[3 * i] = sum(linear, m);
    F->change[3 * i + 1] = sum(linear_dual, m);
    F->change[3 * i + 2] = sum(square, m);
    APART
    for (integer t = 0; t < n; t++) aim[t] = 0;
    for (integer k = 0; k < K; k++) {
        integer begin = (P + D + k) * n;
        APART
        for (integer t = 0; t < n; t++)
            aim[t] += less(more(x[begin + t] + dx[begin + t], 0), width[begin + t]);
    }
    for (integer k = 0; k < Z; k++) aim[n - 1] += less(more(x[V * n + k] + dx[V * n + k], 0), width[V * n + k]);
    double *answer2 = F->answer2 + at, *answer3 = F->answer3 + at;
    gather(F, i, second, extra, wish, power);
    gather(F, i, centring, extra2, wish2, power2);
    sweep_both(n, chain_of(F, i), extra, wish, wished, dvalue, extra2, wish2, wished2, dvalue2);
    APART
    for (integer t = 0; t < n; t++) {
        answer2[t] += coupling[t] * dvalue[t] + power[t];
        answer3[t] += coupling[t] * dvalue2[t] + power2[t];
    }
}

/* The direction towards products of `target`, and how far the car can go along it. */
WIDE static void direct(const Fleet *F, integer i, real *scratch, int local) {
    integer T = F->steps, P = F->ups, D = F->downs, K = F->stores, Z = F->lasts;
    integer n = F->count[i], m = (P + D + K) * n + Z;
    const real *width = F->width + F->flat[i], *move = F->move + F->group[i] * T + F->first[i];
    const real *x = F->x + F->flat[i], *zl = F->zl + F->flat[i], *zu = F->zu + F->flat[i];
    const real *pull = F->pull + F->flat[i], *ahead = F->ahead + F->flat[i];
    real *dx = F->dx + F->flat[i], *dvalue = F->dvalue + F->slot[i];
    real *wished = scratch, *extra = scratch + T, *wish = scratch + 2 * T;
    real *power = scratch + 3 * T, *pulled = scratch + 12 * T;
    real *worst = pulled + m, *worst_dual = worst + m;
    real *lower = worst_dual + m, *upper = lower + m;
    real target = (real)(local ? F->centre : F->target), weight = (real)F->second;
    if (local)
        APART
        for (integer v = 0; v < m; v++) {
            real per_x = 1 / x[v], per_room = 1 / (width[v] - x[v]);
            real il = width[v] > 0 ? per_x : 0, iu = width[v] > 0 ? per_room : 0;
            lower[v] = target * il;
            upper[v] = target * iu;
            pulled[v] = pull[v] + lower[v] - upper[v];
        }
    else
        APART
        for (integer v = 0; v < m; v++) {
            real live = width[v] > 0 ? 1 : 0, d = ahead[v] * weight;
            real per_x = 1 / x[v], per_room = 1 / (width[v] - x[v]);
            real il = width[v] > 0 ? per_x : 0, iu = width[v] > 0 ? per_room : 0;
            real down = il * ahead[v], up = iu * ahead[v];
            lower[v] = (target + d * zl[v] * (live + down)) * il;
            upper[v] = (target - d * zu[v] * (live - up)) * iu;
            pulled[v] = pull[v] + lower[v] - upper[v];
        }
    gather(F, i, pulled, extra, wish, power);
    sweep(n, chain_of(F, i), F->residual + F->slot[i], extra, wish, F->coupling + F->slot[i],
          local ? NULL : move, wished, dvalue);
    if (local) {
        APART
        for (integer t = 0; t < n; t++) power[t] = 0;
        move = power;
    }
    moves(F, i, pulled, dvalue, move, dx, scratch + 4 * T);
    APART
    for (integer v = 0; v < m; v++) {
        real per_x = 1 / x[v], per_room = 1 / (width[v] - x[v]);
        real il = width[v] > 0 ? per_x : 0, iu = width[v] > 0 ? per_room : 0;
        real down = il * dx[v], up = iu * dx[v];
        real sinks = 1 + down - lower[v] / zl[v], rises = 1 - up - upper[v] / zu[v];
        worst[v] = more(-down, up);
        worst_dual[v] = width[v] > 0 ? more(sinks, rises) : 0;
    }
    F->reach[i] = 1.0 / (double)top(worst, m, HARDLY);
    F->reach_dual[i] = 1.0 / (double)top(worst_dual, m, HARDLY);
}

/* Go along dx; the multipliers' direction follows from it and is found again here. */
WIDE static void go(const Fleet *F, integer i, double step, double step_dual, int local) {
    integer m = F->flat[i + 1] - F->flat[i], n = F->count[i];
    const real *width = F->width + F->flat[i];
    real *x = F->x + F->flat[i], *zl = F->zl + F->flat[i], *zu = F->zu + F->flat[i];
    const real *dx = F->dx + F->flat[i], *ahead = F->ahead + F->flat[i];
    real target = (real)(local ? F->centre : F->target), weight = (real)F->second;
    real far = (real)step, far_dual = (real)step_dual;
    APART
    for (integer v = 0; v < m; v++) {
        real live = width[v] > 0 ? 1 : 0, d = dx[v], a = local ? 0 : ahead[v], first = a * weight;
        real per_x = 1 / x[v], per_room = 1 / (width[v] - x[v]);
        real il = width[v] > 0 ? per_x : 0, iu = width[v] > 0 ? per_room : 0;
        real lower = (target + first * zl[v] * (live + il * a)) * il;
        real upper = (target - first * zu[v] * (live - iu * a)) * iu;
        real dzl = lower - zl[v] * (live + il * d), dzu = upper - zu[v] * (live - iu * d);
        real next = x[v] + far * d, edge = width[v] * EDGE;
        x[v] = less(more(next, edge), width[v] - edge);
        zl[v] += far_dual * dzl;
        zu[v] += far_dual * dzu;
    }
    real *value = F->value + F->slot[i];
    const real *dvalue = F->dvalue + F->slot[i];
    APART
    for (integer t = 0; t < n; t++) value[t] += far_dual * dvalue[t];
}

/* Newton steps of this car alone, at its prices, until its products are near `centre`. */
static void recentre(const Fleet *F, integer c, integer i, real *scratch) {
    for (int round = 0; round < ROUNDS_MAX; round++) {
        factor(F, c, i, scratch, 1);
        direct(F, i, scratch, 1);
        double step = 0.95 * F->reach[i], dual = 0.95 * F->reach_dual[i];
        go(F, i, step < 1.0 ? step : 1.0, dual < 1.0 ? dual : 1.0, 1);
        F->sums[c * SUMS + RECENTRED] += 1.0;
        if (step >= 1.0 && dual >= 1.0) break;
    }
}

/* Stand where every variable would stand by itself, at products well above the target, with stored energy
 * worth the mean price ahead; then find a centre from there. */
WIDE static void begin_pass(const Fleet *F, integer c, integer i, real *scratch) {
    integer m = F->flat[i + 1] - F->flat[i], n = F->count[i];
    real *x = F->x + F->flat[i], *zl = F->zl + F->flat[i], *zu = F->zu + F->flat[i];
    real *value = F->value + F->slot[i];
    const real *width = F->width + F->flat[i], *pull = F->pull + F->flat[i];
    const real *price = F->price + F->group[i] * F->steps + F->first[i];
    real product = WIDER * (real)F->centre, ahead = 0;
    for (integer t = n - 1; t >= 0; t--) {
        ahead += price[t];
        value[t] = ahead / (real)(n - t);
    }
    APART
    for (integer v = 0; v < m; v++) {
        x[v] = width[v] / 2;
        zl[v] = zu[v] = 1;
    }
    factor(F, c, i, scratch, 1); /* for the reduced costs */
    APART
    for (integer v = 0; v < m; v++) {
        real slope = size(pull[v]) * width[v], both = 2 * product;
        real near = both * width[v] / (slope + both + ROOT(slope * slope + both * both)), far = width[v] - near;
        real at = pull[v] > 0 ? far : near, room = pull[v] > 0 ? near : far;
        real per_x = product / at, per_room = product / room;
        x[v] = at;
        zl[v] = width[v] > 0 ? per_x : 0;
        zu[v] = width[v] > 0 ? per_room : 0;
    }
    recentre(F, c, i, scratch);
}

static void factor_pass(const Fleet *F, integer c, integer i, real *s) { factor(F, c, i, s, 0); }
static void direct_pass(const Fleet *F, integer c, integer i, real *s) {
    (void)c;
    direct(F, i, s, 0);
}

/* The step of all; who cannot go that far goes his own way to the new prices. Then factor: what a
 * car's step touched is still at hand. */
static void advance_pass(const Fleet *F, integer c, integer i, real *s) {
    if (F->fraction * F->reach[i] < F->step || F->fraction * F->reach_dual[i] < F->step_dual)
        recentre(F, c, i, s);
    else
        go(F, i, F->step, F->step_dual, 0);
    factor(F, c, i, s, 0);
}

static void stored_pass(const Fleet *F, integer c, integer i, real *scratch) {
    integer n = F->count[i], kinds = F->ups + F->downs + F->stores;
    const real *x = F->x + F->flat[i];
    const double *base = F->base + F->slot[i];
    double *stored = F->stored + F->slot[i];
    (void)c, (void)scratch;
    for (integer t = 0; t < n; t++) stored[t] = base[t];
    for (integer k = F->ups + F->downs; k < kinds; k++)
        for (integer t = 0; t < n; t++) stored[t] += (double)x[k * n + t];
    for (integer z = 0; z < F->lasts; z++) stored[n - 1] += (double)x[kinds * n + z];
}

typedef void (*Pass)(const Fleet *, integer, integer, real *);
typedef struct {
    const Fleet *fleet;
    Pass pass;
    atomic_llong next; /* the first chunk that nobody has taken: strays make them uneven */
} Job;

static void work(void *given, integer thread) {
    Job *job = given;
    const Fleet *F = job->fleet;
    for (integer c = atomic_fetch_add(&job->next, 1); c < F->chunks; c = atomic_fetch_add(&job->next, 1))
        for (integer i = F->cut[c]; i < F->cut[c + 1]; i++)
            if (F->count[i] > 0) job->pass(F, c, i, F->scratch + thread * F->room);
}

static void run(Fleet *F, Pass pass) {
    integer all = F->chunks * F->groups * F->steps;
    memset(F->sums, 0, (size_t)(F->chunks * SUMS) * sizeof(double));
    if (pass == factor_pass || pass == advance_pass) {
        memset(F->schur, 0, (size_t)(all * F->steps) * sizeof(real));
        memset(F->power, 0, (size_t)all * sizeof(double));
        memset(F->answer, 0, (size_t)all * sizeof(double));
        memset(F->answer2, 0, (size_t)all * sizeof(double));
        memset(F->answer3, 0, (size_t)all * sizeof(double));
    }
    Job job = {F, pass, 0};
    crew_run(work, &job, F->threads);
}

EXPORT void NAME(sterna_factor)(Fleet *F) { run(F, factor_pass); }
EXPORT void NAME(sterna_predict)(Fleet *F) { run(F, predict); }
EXPORT void NAME(sterna_direct)(Fleet *F) { run(F, direct_pass); }
EXPORT void NAME(sterna_advance)(Fleet *F) { run(F, advance_pass); }
EXPORT void NAME(sterna_begin)(Fleet *F) { run(F, begin_pass); }
EXPORT void NAME(sterna_stored)(Fleet *F) { run(F, stored_pass); }
