/* The passes over all cars of the interior-point method (see method.py and docs/scheduling.md).
 *
 * Built by hatch_build.py into a plain shared library; plain.py holds the same passes in numpy for
 * machines without a compiler. Cars are independent but for the prices, so that they are spread over
 * threads. Sums are kept per chunk of cars, and chunks do not depend on the number of threads: the
 * same problem gives the same bytes on one thread and on eight. No fast-math, no fused multiply-add.
 *
 * A car with n slots has V = P + D + K variables per slot (charging pieces, discharging pieces, pieces
 * of stored energy), variable by variable, and Z more for its last slot. Every variable x lies in
 * (0, width) with multipliers zl of x and zu of width - x. Width 0: the variable is fixed at 0.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#include <pthread.h>
#endif
#if defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

typedef long long integer;

enum { COMPLEMENTARITY, PRIMAL, DUAL, RESIDUAL, RECENTRED, SUMS };
enum { THREADS_MAX = 64, ROUNDS_MAX = 12 };

typedef struct {
    integer cars, steps, groups, chunks, threads;
    integer ups, downs, stores, lasts;         /* P, D, K, Z */
    const integer *first, *count, *slot, *flat; /* per car: first step, n, offsets into slots and variables */
    const integer *group, *cut;                /* per car; per chunk, one more */
    const double *gain, *drain;                /* (cars, P), (cars, D): stored per metered kWh */
    const double *width, *cost, *rhs;          /* per variable, per variable, per slot */
    const double *price, *move;                /* (groups, steps): price and its step */
    const double *stiff;                       /* (steps): how far prices may move, EUR per kWh */
    double *x, *zl, *zu, *theta, *pull, *dx;   /* per variable */
    double *per_x, *per_room;                  /* per variable: 1 / x, 1 / (width - x); 0 where fixed */
    double *dzl, *dzu;                         /* per variable; before the last pass: second-order terms */
    double *value, *dvalue, *residual;         /* per slot */
    double *inverse, *onward, *wish, *extra, *coupling, *spread, *held, *mixed, *loose; /* per slot, see factor() */
    double *schur;                             /* (chunks, groups, steps, steps), lower triangle */
    double *power, *answer, *answer2, *answer3; /* (chunks, groups, steps) */
    double *sums;                              /* (chunks, SUMS) */
    double *reach, *reach_dual, *change;       /* per car; change: (cars, 3) */
    double *scratch;                           /* (threads, room) */
    integer room;
    double target, second, step, step_dual, fraction;
} Fleet;

static double less(double a, double b) { return a < b ? a : b; }
static double more(double a, double b) { return a > b ? a : b; }

/* Solve for dvalue: backward for the wished change of stored energy, forward for what comes of it. */
static void sweep(integer n, const double *residual, const double *extra, const double *wish,
                  const double *coupling, const double *spread, const double *onward,
                  const double *inverse, const double *move, double *wished, double *dvalue) {
    double next = 0.0;
    for (integer t = n - 1; t >= 0; t--) {
        double inflow = (residual ? residual[t] : 0.0) + extra[t];
        if (move) inflow -= coupling[t] * move[t];
        next = onward[t] * next + (1.0 - onward[t]) * wish[t] - inflow;
        wished[t] = next;
    }
    double stored = 0.0;
    for (integer t = 0; t < n; t++) {
        double inflow = (residual ? residual[t] : 0.0) + extra[t];
        if (move) inflow -= coupling[t] * move[t];
        dvalue[t] = (wished[t] - stored) * inverse[t];
        stored += inflow + spread[t] * dvalue[t];
    }
}

/* theta * pull summed by slot: into stored energy (extra), its pieces (wish), and power. */
WIDE static void gather(const Fleet *F, integer i, const double *pull, double *extra, double *wish,
                        double *power) {
    integer P = F->ups, D = F->downs, K = F->stores, Z = F->lasts, n = F->count[i], V = P + D + K;
    const double *gain = F->gain + i * P, *drain = F->drain + i * D, *theta = F->theta + F->flat[i];
    for (integer t = 0; t < n; t++) extra[t] = wish[t] = power[t] = 0.0;
    for (integer p = 0; p < P; p++)
        for (integer t = 0; t < n; t++) {
            double a = theta[p * n + t] * pull[p * n + t];
            extra[t] += gain[p] * a;
            power[t] += a;
        }
    for (integer p = 0; p < D; p++)
        for (integer t = 0; t < n; t++) {
            double a = theta[(P + p) * n + t] * pull[(P + p) * n + t];
            extra[t] -= drain[p] * a;
            power[t] -= a;
        }
    for (integer k = 0; k < K; k++)
        for (integer t = 0; t < n; t++)
            wish[t] += theta[(P + D + k) * n + t] * pull[(P + D + k) * n + t];
    for (integer k = 0; k < Z; k++) wish[n - 1] += theta[V * n + k] * pull[V * n + k];
    const double *held = F->held + F->slot[i], *mixed = F->mixed + F->slot[i];
    const double *loose = F->loose + F->slot[i];
    for (integer t = 0; t < n; t++) {
        extra[t] -= held[t] * mixed[t] * power[t];
        power[t] -= held[t] * loose[t] * power[t];
    }
}

/* Residuals, reduced costs, theta, the car's triangular factor and its part of the Schur complement. */
WIDE static void factor(const Fleet *F, integer c, integer i, double *scratch, int local) {
    integer T = F->steps, P = F->ups, D = F->downs, K = F->stores, Z = F->lasts;
    integer n = F->count[i], f = F->first[i], V = P + D + K, m = V * n + Z;
    const double *width = F->width + F->flat[i], *cost = F->cost + F->flat[i];
    const double *gain = F->gain + i * P, *drain = F->drain + i * D;
    const double *price = F->price + F->group[i] * T + f, *rhs = F->rhs + F->slot[i];
    const double *x = F->x + F->flat[i], *zl = F->zl + F->flat[i], *zu = F->zu + F->flat[i];
    const double *value = F->value + F->slot[i];
    double *theta = F->theta + F->flat[i], *pull = F->pull + F->flat[i];
    double *residual = F->residual + F->slot[i], *inverse = F->inverse + F->slot[i];
    double *onward = F->onward + F->slot[i], *wish = F->wish + F->slot[i];
    double *extra = F->extra + F->slot[i], *coupling = F->coupling + F->slot[i];
    double *spread = F->spread + F->slot[i];
    double *room = scratch, *local_power = scratch + 2 * T;
    double *held = F->held + F->slot[i], *mixed = F->mixed + F->slot[i], *loose = F->loose + F->slot[i];
    double *past = scratch + 3 * T, *front = scratch + 4 * T, *back = scratch + 5 * T;
    double *keep = scratch + 6 * T, *chain = scratch + 7 * T, *diagonal = scratch + 8 * T;
    /* pull = - reduced cost, for the direction without centring */
    for (integer p = 0; p < P; p++)
        for (integer t = 0; t < n; t++)
            pull[p * n + t] = gain[p] * value[t] - price[t] - cost[p * n + t];
    for (integer p = 0; p < D; p++)
        for (integer t = 0; t < n; t++)
            pull[(P + p) * n + t] = price[t] - drain[p] * value[t] - cost[(P + p) * n + t];
    for (integer k = 0; k < K; k++) {
        double *g = pull + (P + D + k) * n;
        const double *w = cost + (P + D + k) * n;
        for (integer t = 0; t < n - 1; t++) g[t] = value[t + 1] - value[t] - w[t];
        g[n - 1] = -value[n - 1] - w[n - 1];
    }
    for (integer k = 0; k < Z; k++) pull[V * n + k] = -value[n - 1] - cost[V * n + k];
    double *per_x = F->per_x + F->flat[i], *per_room = F->per_room + F->flat[i];
    for (integer v = 0; v < m; v++) {
        int live = width[v] > 0.0;
        double il = 1.0 / x[v], iu = 1.0 / (width[v] - x[v]), d = 1.0 / (zl[v] * il + zu[v] * iu);
        per_x[v] = live ? il : 0.0;
        per_room[v] = live ? iu : 0.0;
        theta[v] = live ? d : 0.0;
    }
    double *sums = F->sums + c * SUMS, worst = 0.0, before = 0.0;
    for (integer t = 0; t < n; t++) {
        double stored = 0.0, moved = 0.0;
        for (integer k = 0; k < K; k++) stored += x[(P + D + k) * n + t];
        if (t == n - 1)
            for (integer k = 0; k < Z; k++) stored += x[V * n + k];
        for (integer p = 0; p < P; p++) moved += gain[p] * x[p * n + t];
        for (integer p = 0; p < D; p++) moved -= drain[p] * x[(P + p) * n + t];
        residual[t] = rhs[t] - (stored - before - moved);
        before = stored;
        worst = more(worst, fabs(residual[t]));
    }
    if (!local) {
        double products = 0.0, primal = 0.0, dual = 0.0;
        for (integer v = 0; v < m; v++) {
            products += zl[v] * x[v] + zu[v] * (width[v] - x[v]);
            primal += cost[v] * x[v];
            dual -= more(pull[v], 0.0) * width[v];
        }
        for (integer t = 0; t < n; t++) dual -= rhs[t] * value[t];
        sums[COMPLEMENTARITY] += products;
        sums[PRIMAL] += primal;
        sums[DUAL] += dual;
        sums[RESIDUAL] = more(sums[RESIDUAL], worst);
    }
    /* By slot: variance of the gain (spread), of power (loose), their covariance (coupling). */
    for (integer t = 0; t < n; t++) spread[t] = coupling[t] = loose[t] = room[t] = diagonal[t] = 0.0;
    for (integer p = 0; p < P + D; p++) {
        double k = p < P ? gain[p] : drain[p - P];
        for (integer t = 0; t < n; t++) {
            double a = theta[p * n + t];
            spread[t] += k * k * a;
            coupling[t] += k * a;
            loose[t] += a;
        }
        for (integer r = 0; r < p; r++) { /* loose * spread - coupling^2, without cancellation */
            double d = k - (r < P ? gain[r] : drain[r - P]);
            for (integer t = 0; t < n; t++)
                diagonal[t] += theta[p * n + t] * theta[r * n + t] * d * d;
        }
    }
    for (integer k = 0; k < K; k++)
        for (integer t = 0; t < n; t++) room[t] += theta[(P + D + k) * n + t];
    for (integer k = 0; k < Z; k++) room[n - 1] += theta[V * n + k];
    /* A car's power answers a finite step of the price at most by all of its width. */
    for (integer t = 0; t < n; t++) {
        double most = 0.0;
        for (integer p = 0; p < P + D; p++) most += width[p * n + t];
        double stiff = local || most <= 0.0 ? 0.0 : F->stiff[f + t] / most;
        double part = 1.0 / (1.0 + stiff * loose[t]);
        held[t] = stiff * part;
        mixed[t] = coupling[t];
        coupling[t] *= part;
        spread[t] = (spread[t] + stiff * diagonal[t]) * part;
        diagonal[t] *= part;
    }
    /* Backward: how far stored energy may move, given what follows (keep); its ratio to what it is. */
    double ahead = 0.0;
    for (integer t = n - 1; t >= 0; t--) {
        onward[t] = t == n - 1 ? 0.0 : room[t] / (room[t] + ahead + 1e-300);
        keep[t] = t == n - 1 ? room[t] : onward[t] * ahead;
        ahead = keep[t] + spread[t];
        inverse[t] = ahead > 0.0 ? 1.0 / ahead : 0.0;
    }
    gather(F, i, pull, extra, wish, local_power);
    if (local) return;
    /* Forward: how far it may have moved, given what was before (past). */
    double behind = 0.0;
    for (integer t = 0; t < n; t++) {
        double ahead_t = keep[t] + spread[t], both = keep[t] + behind;
        past[t] = behind;
        double free = loose[t] * (1.0 - held[t] * loose[t]);
        diagonal[t] = (free * both + diagonal[t]) / (both + spread[t] + 1e-300);
        front[t] = keep[t] * coupling[t] / (ahead_t + behind + 1e-300);
        back[t] = coupling[t] * inverse[t];
        keep[t] *= inverse[t];
        double all = behind + spread[t];
        behind = room[t] * all / (room[t] + all + 1e-300);
    }
    double *schur = F->schur + (c * F->groups + F->group[i]) * T * T;
    integer low = 0; /* older slots that no longer matter are left behind: no denormal numbers */
    for (integer t = 0; t < n; t++) {
        double *row = schur + (f + t) * T + f, weight = back[t], damp = keep[t];
        for (integer s = low; s < t; s++) row[s] -= weight * chain[s];
        row[t] += diagonal[t];
        for (integer s = low; s < t; s++) chain[s] *= damp;
        chain[t] = front[t];
        while (low < t && chain[low] < 1e-200) low++;
    }
    integer at = (c * F->groups + F->group[i]) * T + f;
    double *answer = F->answer + at, *power = F->power + at;
    sweep(n, residual, extra, wish, coupling, spread, onward, inverse, NULL, past, front);
    for (integer t = 0; t < n; t++) answer[t] += coupling[t] * front[t] + local_power[t];
    for (integer p = 0; p < P; p++)
        for (integer t = 0; t < n; t++) power[t] += x[p * n + t];
    for (integer p = 0; p < D; p++)
        for (integer t = 0; t < n; t++) power[t] -= x[(P + p) * n + t];
}

/* dx from dvalue and the step of the price; the balance of stored energy holds to the last bit. */
WIDE static void moves(const Fleet *F, integer i, const double *pull, const double *dvalue,
                       const double *move, double *dx, double *scratch) {
    integer P = F->ups, D = F->downs, K = F->stores, Z = F->lasts, n = F->count[i], V = P + D + K;
    const double *gain = F->gain + i * P, *drain = F->drain + i * D, *theta = F->theta + F->flat[i];
    const double *residual = F->residual + F->slot[i], *held = F->held + F->slot[i];
    double *stored = scratch, *got = scratch + F->steps, *room = scratch + 2 * F->steps;
    double *power = got, *seen = scratch + 3 * F->steps; /* the price and what holds the car back */
    for (integer t = 0; t < n; t++) power[t] = 0.0;
    for (integer p = 0; p < P; p++)
        for (integer t = 0; t < n; t++)
            power[t] += theta[p * n + t] * (gain[p] * dvalue[t] - move[t] + pull[p * n + t]);
    for (integer p = 0; p < D; p++)
        for (integer t = 0; t < n; t++) {
            integer v = (P + p) * n + t;
            power[t] -= theta[v] * (move[t] - drain[p] * dvalue[t] + pull[v]);
        }
    for (integer t = 0; t < n; t++) {
        seen[t] = move[t] + held[t] * power[t];
        stored[t] = residual[t];
        got[t] = room[t] = 0.0;
    }
    for (integer p = 0; p < P; p++)
        for (integer t = 0; t < n; t++) {
            double d = theta[p * n + t] * (gain[p] * dvalue[t] - seen[t] + pull[p * n + t]);
            dx[p * n + t] = d;
            stored[t] += gain[p] * d;
        }
    for (integer p = 0; p < D; p++)
        for (integer t = 0; t < n; t++) {
            integer v = (P + p) * n + t;
            dx[v] = theta[v] * (seen[t] - drain[p] * dvalue[t] + pull[v]);
            stored[t] -= drain[p] * dx[v];
        }
    for (integer t = 1; t < n; t++) stored[t] += stored[t - 1];
    for (integer k = 0; k < K; k++) {
        const double *a = theta + (P + D + k) * n, *g = pull + (P + D + k) * n;
        double *d = dx + (P + D + k) * n;
        for (integer t = 0; t < n - 1; t++) d[t] = a[t] * (dvalue[t + 1] - dvalue[t] + g[t]);
        d[n - 1] = a[n - 1] * (g[n - 1] - dvalue[n - 1]);
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
    for (integer t = 0; t < n; t++) got[t] = room[t] > 0.0 ? (stored[t] - got[t]) / room[t] : 0.0;
    for (integer k = 0; k < K; k++)
        for (integer t = 0; t < n; t++)
            dx[(P + D + k) * n + t] += theta[(P + D + k) * n + t] * got[t];
    for (integer k = 0; k < Z; k++) dx[V * n + k] += theta[V * n + k] * got[n - 1];
}

/* The direction without centring, and what centring and the second order would add to the answer. */
WIDE static void predict(const Fleet *F, integer c, integer i, double *scratch) {
    integer T = F->steps, P = F->ups, D = F->downs, K = F->stores, Z = F->lasts;
    integer n = F->count[i], m = (P + D + K) * n + Z, at = (c * F->groups + F->group[i]) * T + F->first[i];
    const double *width = F->width + F->flat[i], *move = F->move + F->group[i] * T + F->first[i];
    const double *x = F->x + F->flat[i], *zl = F->zl + F->flat[i], *zu = F->zu + F->flat[i];
    double *pull = F->pull + F->flat[i], *dx = F->dx + F->flat[i];
    double *lower = F->dzl + F->flat[i], *upper = F->dzu + F->flat[i];
    const double *coupling = F->coupling + F->slot[i], *spread = F->spread + F->slot[i];
    const double *onward = F->onward + F->slot[i], *inverse = F->inverse + F->slot[i];
    double *wished = scratch, *dvalue = scratch + T, *extra = scratch + 2 * T, *wish = scratch + 3 * T;
    double *power = scratch + 8 * T, *second = scratch + 9 * T, *centre = second + m;
    sweep(n, F->residual + F->slot[i], F->extra + F->slot[i], F->wish + F->slot[i], coupling, spread,
          onward, inverse, move, wished, dvalue);
    moves(F, i, pull, dvalue, move, dx, scratch + 4 * T);
    double reach = 1e-9, dual = 1e-9, linear = 0.0, linear_dual = 0.0, square = 0.0;
    const double *per_x = F->per_x + F->flat[i], *per_room = F->per_room + F->flat[i];
    for (integer v = 0; v < m; v++) {
        double live = width[v] > 0.0 ? 1.0 : 0.0, d = dx[v];
        double down = per_x[v] * d, up = per_room[v] * d; /* by which part x and its room change */
        double dzl = -zl[v] * (live + down), dzu = -zu[v] * (live - up);
        reach = more(reach, more(-down, up));
        dual = more(dual, more(live + down, live - up));
        linear += (zl[v] - zu[v]) * d;
        linear_dual += x[v] * dzl + (width[v] - x[v]) * dzu;
        square += d * (dzl - dzu);
        lower[v] = -d * dzl;
        upper[v] = d * dzu;
        second[v] = lower[v] * per_x[v] - upper[v] * per_room[v];
        centre[v] = per_x[v] - per_room[v];
    }
    F->reach[i] = 1.0 / reach;
    F->reach_dual[i] = 1.0 / dual;
    F->change[3 * i] = linear;
    F->change[3 * i + 1] = linear_dual;
    F->change[3 * i + 2] = square;
    gather(F, i, second, extra, wish, power);
    sweep(n, NULL, extra, wish, coupling, spread, onward, inverse, NULL, wished, dvalue);
    for (integer t = 0; t < n; t++) F->answer2[at + t] += coupling[t] * dvalue[t] + power[t];
    gather(F, i, centre, extra, wish, power);
    sweep(n, NULL, extra, wish, coupling, spread, onward, inverse, NULL, wished, dvalue);
    for (integer t = 0; t < n; t++) F->answer3[at + t] += coupling[t] * dvalue[t] + power[t];
}

/* The direction towards products of `target`, and how far the car can go along it. */
WIDE static void direct(const Fleet *F, integer i, double *scratch, int local) {
    integer T = F->steps, P = F->ups, D = F->downs, K = F->stores, Z = F->lasts;
    integer n = F->count[i], m = (P + D + K) * n + Z;
    const double *width = F->width + F->flat[i], *move = F->move + F->group[i] * T + F->first[i];
    const double *zl = F->zl + F->flat[i], *zu = F->zu + F->flat[i];
    double *pull = F->pull + F->flat[i], *dx = F->dx + F->flat[i];
    double *dzl = F->dzl + F->flat[i], *dzu = F->dzu + F->flat[i], *dvalue = F->dvalue + F->slot[i];
    double *wished = scratch, *extra = scratch + T, *wish = scratch + 2 * T, *power = scratch + 3 * T;
    const double *per_x = F->per_x + F->flat[i], *per_room = F->per_room + F->flat[i];
    double target = F->target, weight = local ? 0.0 : F->second;
    for (integer v = 0; v < m; v++) {
        double lower = local ? target : target + weight * dzl[v];
        double upper = local ? target : target + weight * dzu[v];
        dzl[v] = lower * per_x[v];
        dzu[v] = upper * per_room[v];
        pull[v] += dzl[v] - dzu[v];
    }
    gather(F, i, pull, extra, wish, power);
    sweep(n, F->residual + F->slot[i], extra, wish, F->coupling + F->slot[i], F->spread + F->slot[i],
          F->onward + F->slot[i], F->inverse + F->slot[i], local ? NULL : move, wished, dvalue);
    if (local) {
        for (integer t = 0; t < n; t++) power[t] = 0.0;
        move = power;
    }
    moves(F, i, pull, dvalue, move, dx, scratch + 4 * T);
    double reach = 1e-9, dual = 1e-9;
    for (integer v = 0; v < m; v++) {
        int live = width[v] > 0.0;
        double d = dx[v], down = per_x[v] * d, up = per_room[v] * d;
        dzl[v] = live ? dzl[v] - zl[v] * (1.0 + down) : 0.0;
        dzu[v] = live ? dzu[v] - zu[v] * (1.0 - up) : 0.0;
        reach = more(reach, more(-down, up));
        dual = more(dual, live ? more(-dzl[v] / zl[v], -dzu[v] / zu[v]) : 0.0);
    }
    F->reach[i] = 1.0 / reach;
    F->reach_dual[i] = 1.0 / dual;
}

static void go(const Fleet *F, integer i, double step, double step_dual) {
    integer m = F->flat[i + 1] - F->flat[i], n = F->count[i];
    double *x = F->x + F->flat[i], *zl = F->zl + F->flat[i], *zu = F->zu + F->flat[i];
    const double *dx = F->dx + F->flat[i], *dzl = F->dzl + F->flat[i], *dzu = F->dzu + F->flat[i];
    for (integer v = 0; v < m; v++) {
        x[v] += step * dx[v];
        zl[v] += step_dual * dzl[v];
        zu[v] += step_dual * dzu[v];
    }
    for (integer t = 0; t < n; t++) F->value[F->slot[i] + t] += step_dual * F->dvalue[F->slot[i] + t];
}

/* Newton steps of this car alone, at its prices, until its products are near `target`. */
static void recentre(const Fleet *F, integer c, integer i, double *scratch) {
    for (int round = 0; round < ROUNDS_MAX; round++) {
        factor(F, c, i, scratch, 1);
        direct(F, i, scratch, 1);
        double step = less(1.0, 0.95 * F->reach[i]), dual = less(1.0, 0.95 * F->reach_dual[i]);
        go(F, i, step, dual);
        F->sums[c * SUMS + RECENTRED] += 1.0;
        if (step >= 1.0 && dual >= 1.0) break;
    }
}

static void factor_pass(const Fleet *F, integer c, integer i, double *s) { factor(F, c, i, s, 0); }
static void direct_pass(const Fleet *F, integer c, integer i, double *s) {
    (void)c;
    direct(F, i, s, 0);
}
/* The step of all; who cannot go that far goes his own way to the new prices. */
static void step_pass(const Fleet *F, integer c, integer i, double *s) {
    if (F->fraction * F->reach[i] < F->step || F->fraction * F->reach_dual[i] < F->step_dual)
        recentre(F, c, i, s);
    else
        go(F, i, F->step, F->step_dual);
}

/* Step and factor in one go: what a car's step touched is still at hand. */
static void advance_pass(const Fleet *F, integer c, integer i, double *s) {
    step_pass(F, c, i, s);
    factor(F, c, i, s, 0);
}

typedef void (*Pass)(const Fleet *, integer, integer, double *);
typedef struct {
    const Fleet *fleet;
    Pass pass;
    integer thread;
} Job;

static void *work(void *given) {
    const Job *job = given;
    const Fleet *F = job->fleet;
    for (integer c = job->thread; c < F->chunks; c += F->threads)
        for (integer i = F->cut[c]; i < F->cut[c + 1]; i++)
            if (F->count[i] > 0) job->pass(F, c, i, F->scratch + job->thread * F->room);
    return NULL;
}

static void run(Fleet *F, Pass pass) {
    integer all = F->chunks * F->groups * F->steps;
    memset(F->sums, 0, (size_t)(F->chunks * SUMS) * sizeof(double));
    if (pass == factor_pass || pass == advance_pass) {
        memset(F->schur, 0, (size_t)(all * F->steps) * sizeof(double));
        memset(F->power, 0, (size_t)all * sizeof(double));
        memset(F->answer, 0, (size_t)all * sizeof(double));
        memset(F->answer2, 0, (size_t)all * sizeof(double));
        memset(F->answer3, 0, (size_t)all * sizeof(double));
    }
    Job jobs[THREADS_MAX];
    for (integer k = 0; k < F->threads; k++) jobs[k] = (Job){F, pass, k};
#if defined(_WIN32)
    for (integer k = 0; k < F->threads; k++) work(&jobs[k]);
#else
    pthread_t threads[THREADS_MAX];
    integer started = 1;
    while (started < F->threads && pthread_create(&threads[started], NULL, work, &jobs[started]) == 0) started++;
    work(&jobs[0]);
    for (integer k = started; k < F->threads; k++) work(&jobs[k]); /* no thread to be had: do it here */
    for (integer k = 1; k < started; k++) pthread_join(threads[k], NULL);
#endif
}

typedef struct {
    integer steps, bands;
    const integer *begins, *by_step, *car; /* (steps + 1), (slots), (slots) */
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

/* Metered energy of so much stored, the best piece first. */
static double at_meter(double stored, integer pieces, const double *most, integer slots, const double *ratio) {
    double metered = 0.0;
    for (integer p = 0; p < pieces; p++) {
        double piece = p + 1 < pieces ? less(stored, most[p * slots] * ratio[p]) : stored;
        metered += piece / ratio[p];
        stored -= piece;
    }
    return metered;
}

static double drawn(const Follow *L, integer at, double want) {
    return at_meter(more(want, 0.0), L->ups, L->up + at, L->slots, L->gain + L->car[at] * L->ups);
}

static double given(const Follow *L, integer at, double want) {
    return at_meter(more(-want, 0.0), L->downs, L->down + at, L->slots, L->drain + L->car[at] * L->downs);
}

/* Stored energy as near to a wish as cars, connection and bands allow: see follow.py. */
EXPORT void sterna_follow(Follow *L) {
    for (integer step = 0; step < L->steps; step++) {
        integer begin = L->begins[step], end = L->begins[step + 1];
        double into = 0.0, out = 0.0, needed = 0.0;
        for (integer k = begin; k < end; k++) {
            integer at = L->by_step[k], car = L->car[at];
            double before = L->now[car];
            double must = less(more(L->floor[at] - before, 0.0), L->most_in[at]);
            double want = less(more(L->wish[at] - before, -L->most_out[at]), L->most_in[at]);
            want = less(more(before + want, L->floor[at]), L->ceiling[at]) - before;
            if (must > 0.0) want = more(want, must);
            L->wanted[k - begin] = want;
            into += drawn(L, at, want);
            out += given(L, at, want);
            needed += drawn(L, at, must);
        }
        double up = part(L->room[step] + out - needed, into - needed), moved = 0.0;
        double shares[64];
        integer bands = L->bands < 64 ? L->bands : 64;
        for (integer b = 0; b < bands; b++) {
            double in_band = 0.0, out_band = 0.0, need_band = 0.0;
            shares[b] = 1.0;
            if (!isfinite(L->band[b * L->steps + step])) continue;
            for (integer k = begin; k < end; k++) {
                integer at = L->by_step[k], car = L->car[at];
                double weight = L->weight[car * L->bands + b], want = L->wanted[k - begin];
                double must = less(more(L->floor[at] - L->now[car], 0.0), L->most_in[at]);
                in_band += weight * drawn(L, at, want);
                out_band += weight * given(L, at, want);
                need_band += weight * drawn(L, at, must);
            }
            shares[b] = part(L->band[b * L->steps + step] + out_band - need_band, in_band - need_band);
        }
        for (integer k = begin; k < end; k++) {
            integer at = L->by_step[k], car = L->car[at];
            double want = L->wanted[k - begin], share = up;
            double must = less(more(L->floor[at] - L->now[car], 0.0), L->most_in[at]);
            for (integer b = 0; b < bands; b++)
                if (L->weight[car * L->bands + b] > 0.0) share = less(share, shares[b]);
            if (want > 0.0) want = must + (want - must) * share;
            L->wanted[k - begin] = want;
            moved += drawn(L, at, want);
        }
        double down = part(moved - L->least[step], out);
        for (integer k = begin; k < end; k++) {
            integer at = L->by_step[k], car = L->car[at];
            double want = L->wanted[k - begin];
            if (want < 0.0 && down < 1.0) { /* less metered energy, and what that takes from the cells */
                double rest = given(L, at, want) * down;
                want = 0.0;
                for (integer p = 0; p < L->downs; p++) {
                    double piece = p + 1 < L->downs ? less(rest, L->down[p * L->slots + at]) : rest;
                    want -= piece * L->drain[car * L->downs + p];
                    rest -= piece;
                }
            }
            L->now[car] += want;
            L->stored[at] = L->now[car];
        }
    }
}

/* The lower Cholesky factor of a symmetric matrix with `ridge` on its diagonal, row by row; 0 where it
 * has none. Outer products: they are wide without changing the order of any sum. */
WIDE EXPORT integer sterna_cholesky(integer n, const double *matrix, double ridge, double *factor, double *column) {
    memcpy(factor, matrix, (size_t)(n * n) * sizeof(double));
    for (integer k = 0; k < n; k++) {
        double pivot = factor[k * n + k] + ridge;
        if (!(pivot > 0.0)) return 0;
        pivot = sqrt(pivot);
        factor[k * n + k] = pivot;
        for (integer i = k + 1; i < n; i++) column[i] = factor[i * n + k] /= pivot;
        for (integer i = k + 1; i < n; i++) {
            double *row = factor + i * n, weight = column[i];
            for (integer j = k + 1; j <= i; j++) row[j] -= weight * column[j];
        }
    }
    return 1;
}

/* Solve with the factor, and again for what is left over, `rounds` times. */
EXPORT void sterna_solve(integer n, const double *matrix, const double *factor, const double *right,
                         double *found, double *left, integer rounds) {
    for (integer i = 0; i < n; i++) found[i] = 0.0;
    for (integer round = 0; round <= rounds; round++) {
        for (integer i = 0; i < n; i++) {
            left[i] = right[i];
        }
        if (round > 0) /* column by column, which are its rows */
            for (integer j = 0; j < n; j++)
                for (integer i = 0; i < n; i++) left[i] -= found[j] * matrix[j * n + i];
        for (integer i = 0; i < n; i++) {
            double rest = left[i];
            for (integer j = 0; j < i; j++) rest -= factor[i * n + j] * left[j];
            left[i] = rest / factor[i * n + i];
        }
        for (integer i = n - 1; i >= 0; i--) {
            double value = left[i] /= factor[i * n + i];
            for (integer j = 0; j < i; j++) left[j] -= value * factor[i * n + j];
        }
        for (integer i = 0; i < n; i++) found[i] += left[i];
    }
}

EXPORT void sterna_factor(Fleet *F) { run(F, factor_pass); }
EXPORT void sterna_predict(Fleet *F) { run(F, predict); }
EXPORT void sterna_direct(Fleet *F) { run(F, direct_pass); }
EXPORT void sterna_recentre(Fleet *F) { run(F, recentre); }
EXPORT void sterna_advance(Fleet *F) { run(F, advance_pass); }
