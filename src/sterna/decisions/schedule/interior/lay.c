/* A problem as chains, car by car: see layout.py, which says what everything is and does the same in numpy.
 *
 * M slots and F variables in all. What a slot allows is written in the order of steps, all else in that of cars.
 */
#include "doubles.h"

#include <stdatomic.h>

typedef struct {
    integer cars, steps, slots, chunks, threads;
    integer ups, downs, marks, tiers;               /* P, D; kinds of stored energy: K = marks + 1; U */
    const integer *first, *count, *slot, *flat, *cut;
    integer *place;                                 /* (chunks, T): where the chunk's next slot of a step goes */
    const double *hours, *present;                  /* (T), (N, T): h */
    const double *up, *gain, *down, *share;         /* (P, N), (P, N), (D, N), (D, N): kW, ratios */
    const double *energy, *floor, *capacity;        /* (N) each, kWh; the capacity holds what is there */
    const double *target, *knee, *high, *wear, *levy;
    const double *early, *worth;                    /* (N), (N, T), with two marks */
    const double *missing, *price;                  /* (U, N): widths and prices of what is unmet */
    integer *car, *step;                            /* (M) */
    double *rhs, *base, *fixed;                     /* (M) */
    double *width, *cost;                           /* (F) */
    double *constant;                               /* (N) */
    integer *by_step, *car_by_step;                 /* (M), step by step, as what follows */
    double *most_in, *most_out, *low, *top, *up_most, *down_most; /* (M) four times, (P, M), (D, M) */
} Lay;

typedef struct {
    const Lay *lay;
    atomic_llong next;
} Work;

#define NARROW 1e-9
enum { MARKS_MAX = 64 };

/* Pieces of stored energy between base and top, cut at the marks; ones too narrow have no width. Slopes: time
 * above the knee, what an early leaver misses, tiers of what is unmet (of the last slot). */
typedef struct {
    double marks[MARKS_MAX];
    integer count;
} Marks;

static void put(Marks *to, double mark, double base, double top) {
    double at = less(more(mark, base), top);
    integer k = to->count++;
    for (; k > 0 && to->marks[k - 1] > at; k--) to->marks[k] = to->marks[k - 1];
    to->marks[k] = at;
}

static double slope_at(const Lay *L, integer i, integer step, integer last, double middle) {
    double slope = middle > L->knee[i] ? L->high[i] * L->hours[step] : 0.0;
    if (L->early && middle < L->early[i]) slope -= L->worth[i * L->steps + step];
    double begins = 0.0;
    for (integer k = 0; last && k < L->tiers; k++) {
        double worth = L->price[k * L->cars + i] - (k ? L->price[(k - 1) * L->cars + i] : 0.0);
        if (middle < L->target[i] - begins) slope -= worth;
        begins += L->missing[k * L->cars + i];
    }
    return slope;
}

static double cost_at(const Lay *L, integer i, integer step, integer last, double base) {
    double cost = L->high[i] * L->hours[step] * more(base - L->knee[i], 0.0), begins = 0.0;
    if (L->early) cost += L->worth[i * L->steps + step] * more(L->early[i] - base, 0.0);
    for (integer k = 0; last && k < L->tiers; k++) {
        double worth = L->price[k * L->cars + i] - (k ? L->price[(k - 1) * L->cars + i] : 0.0);
        cost += worth * more(L->target[i] - begins - base, 0.0);
        begins += L->missing[k * L->cars + i];
    }
    return cost;
}

/* Whether a car may be left without a choice. */
static integer doubtful(const Lay *L, integer i, double in, double out) {
    double begin = L->energy[i], room = NARROW * more(1.0, begin);
    return begin <= L->floor[i] + room || in + out <= room || (begin >= L->capacity[i] - room && out <= room);
}

static void car(const Lay *L, integer i, integer *place) {
    integer P = L->ups, D = L->downs, K = L->marks + 1, N = L->cars, M = L->slots, n = L->count[i];
    double ratio[2][MARKS_MAX], fastest = 0.0, energy = L->energy[i], ceiling = L->capacity[i];
    for (integer p = 0; p < P; p++) ratio[0][p] = L->gain[p * N + i], fastest += L->up[p * N + i] * ratio[0][p];
    for (integer p = 0; p < D; p++) ratio[1][p] = 1.0 / L->share[p * N + i];
    double wanted = less(L->floor[i], ceiling), reach = 0.0, constant = 0.0;
    double before = energy, onto = energy, most = energy;
    integer was_stuck = 1, doubt = 0;
    for (integer t = 0; t < n; t++) {
        integer step = L->first[i] + t, m = L->slot[i] + t, at = place[step]++, last = t == n - 1;
        double here = L->present[i * L->steps + step], in = 0.0, out = 0.0;
        for (integer p = 0; p < P; p++) {
            double metered = L->up_most[p * M + at] = L->up[p * N + i] * here;
            in += metered * ratio[0][p];
        }
        for (integer p = 0; p < D; p++) {
            double metered = L->down_most[p * M + at] = L->down[p * N + i] * here;
            out += metered / L->share[p * N + i];
        }
        reach += here * fastest;
        double floor = energy < wanted ? less(wanted, energy + reach) : wanted, low = floor, high = ceiling;
        if (t == 0) doubt = doubtful(L, i, in, out);
        if (doubt) {
            low = more(floor, before - out);
            high = less(ceiling, most + in);
            most = high;
        }
        high = more(high, low);
        integer stuck = high - low <= NARROW * more(1.0, high), decided = stuck && was_stuck;
        double base = stuck ? low : floor, gained = decided ? low - before : 0.0;
        double into = 0.0, given = 0.0;
        if (gained > 0.0) into = at_meter(gained, P, L->up_most + at, M, ratio[0]);
        if (gained < 0.0) given = at_meter(-gained, D, L->down_most + at, M, ratio[1]);
        if (gained != 0.0) constant += L->wear[i] * (gained > 0.0 ? gained : -gained) + L->levy[i] * into;
        L->fixed[m] = into - given;
        L->rhs[m] = onto - base + gained;
        L->base[m] = base;
        L->car[m] = L->car_by_step[at] = i;
        L->step[m] = step;
        L->by_step[at] = m;
        L->most_in[at] = in, L->most_out[at] = out, L->low[at] = floor, L->top[at] = ceiling;
        double *width = L->width + L->flat[i] + t, *cost = L->cost + L->flat[i] + t;
        for (integer p = 0; p < P; p++, width += n, cost += n) {
            *width = decided ? 0.0 : L->up_most[p * M + at];
            *cost = L->wear[i] * ratio[0][p] + L->levy[i];
        }
        for (integer p = 0; p < D; p++, width += n, cost += n) {
            *width = decided ? 0.0 : L->down_most[p * M + at];
            *cost = L->wear[i] / L->share[p * N + i];
        }
        Marks cuts = {.count = 0};
        double top = stuck ? base : more(ceiling, base), under = base;
        if (last) {
            double begins = 0.0;
            for (integer k = 0; k < L->tiers; k++) {
                put(&cuts, L->target[i] - begins, base, top);
                begins += L->missing[k * N + i];
            }
        }
        put(&cuts, L->knee[i], base, top);
        if (L->early) put(&cuts, L->early[i], base, top);
        for (integer k = 0; k <= cuts.count; k++) {
            double over = k < cuts.count ? cuts.marks[k] : top;
            *width = over - under;
            *cost = slope_at(L, i, step, last, (over + under) / 2);
            integer stride = k < K - 1 ? n : k == K - 1 ? n - t : 1; /* the last slot's more pieces stand behind all */
            width += stride, cost += stride;
            under = over;
        }
        constant += cost_at(L, i, step, last, base);
        was_stuck = stuck, before = low, onto = base;
    }
    for (integer v = L->flat[i]; v < L->flat[i + 1]; v++) {
        if (n == 0) L->cost[v] = 0.0;
        if (n == 0 || L->width[v] < NARROW) L->width[v] = 0.0;
    }
    L->constant[i] = constant;
}

static void share(void *given, integer thread) {
    Work *work = given;
    const Lay *L = work->lay;
    (void)thread;
    for (integer c = atomic_fetch_add(&work->next, 1); c < L->chunks; c = atomic_fetch_add(&work->next, 1))
        for (integer i = L->cut[c]; i < L->cut[c + 1]; i++) car(L, i, L->place + c * L->steps);
}

EXPORT void sterna_lay(const Lay *L) {
    Work work = {.lay = L};
    atomic_init(&work.next, 0);
    crew_run(share, &work, L->threads);
}
