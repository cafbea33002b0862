/* What cars cost, in double precision and without any solver's state (see costs.py). */
#include "doubles.h"

#include <stdatomic.h>

typedef struct {
    integer cars, steps, ups, downs, stores, lasts, chunks, threads;
    const integer *first, *count, *slot, *flat, *group, *cut; /* cut: chunks of cars, one more than there are */
    const double *gain, *drain, *width, *cost, *rhs, *base;
    double *sums, *drawn; /* (chunks), (chunks, T): what each chunk costs and draws */
} Chains;

typedef struct Job Job;
struct Job {
    const Chains *chains;
    double (*one)(const Job *, integer, double *);
    const double *prices, *given;
    atomic_llong next;
};

static void work(void *given, integer thread) {
    Job *job = given;
    const Chains *C = job->chains;
    (void)thread;
    for (integer c = atomic_fetch_add(&job->next, 1); c < C->chunks; c = atomic_fetch_add(&job->next, 1)) {
        double sum = 0.0, *drawn = C->drawn + c * C->steps;
        for (integer t = 0; t < C->steps; t++) drawn[t] = 0.0;
        for (integer i = C->cut[c]; i < C->cut[c + 1]; i++) sum += job->one(job, i, drawn);
        C->sums[c] = sum;
    }
}

/* Sums car by car in each chunk, and then of the chunks: whatever the number of threads. */
static double summed(const Chains *C, Job *job) {
    double total = 0.0;
    crew_run(work, job, C->threads);
    for (integer c = 0; c < C->chunks; c++) total += C->sums[c];
    return total;
}

EXPORT integer sterna_version(void) { return VERSION; }

/* The least that a car can cost at prices, given any values of stored energy: each variable at its better end. */
WIDE static double least(const Job *job, integer i, double *drawn) {
    const Chains *C = job->chains;
    integer P = C->ups, D = C->downs, K = C->stores, Z = C->lasts, V = P + D + K;
    (void)drawn;
    integer n = C->count[i];
    const double *value = job->given + C->slot[i], *rhs = C->rhs + C->slot[i];
    const double *price = job->prices + C->group[i] * C->steps + C->first[i];
    const double *width = C->width + C->flat[i], *cost = C->cost + C->flat[i];
    double lane[4] = {0.0, 0.0, 0.0, 0.0}; /* so that many can be summed at once */
    for (integer p = 0; p < P; p++) {
        double gain = C->gain[i * P + p];
        for (integer t = 0; t < n; t++)
            lane[t & 3] += less(price[t] + cost[p * n + t] - gain * value[t], 0.0) * width[p * n + t];
    }
    for (integer p = 0; p < D; p++) {
        double drain = C->drain[i * D + p];
        integer begin = (P + p) * n;
        for (integer t = 0; t < n; t++)
            lane[t & 3] += less(drain * value[t] + cost[begin + t] - price[t], 0.0) * width[begin + t];
    }
    for (integer k = 0; k < K; k++) {
        integer begin = (P + D + k) * n;
        for (integer t = 0; t + 1 < n; t++)
            lane[t & 3] += less(value[t] - value[t + 1] + cost[begin + t], 0.0) * width[begin + t];
        if (n > 0) lane[0] += less(value[n - 1] + cost[begin + n - 1], 0.0) * width[begin + n - 1];
    }
    for (integer k = 0; k < Z && n > 0; k++)
        lane[1] += less(value[n - 1] + cost[V * n + k], 0.0) * width[V * n + k];
    for (integer t = 0; t < n; t++) lane[t & 3] -= rhs[t] * value[t];
    return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

EXPORT double sterna_least(const Chains *C, const double *prices, const double *values) {
    Job job = {C, least, prices, values, 0};
    return summed(C, &job);
}

/* What a car with so much stored energy costs, the best pieces first; its metered energy in each step (positive
 * charges) is added to `drawn`. Both without what is decided. */
static double priced(const Job *job, integer i, double *drawn) {
    const Chains *C = job->chains;
    integer P = C->ups, D = C->downs, K = C->stores, Z = C->lasts, V = P + D + K;
    integer n = C->count[i];
    const double *rhs = C->rhs + C->slot[i], *base = C->base + C->slot[i], *has = job->given + C->slot[i];
    const double *width = C->width + C->flat[i], *cost = C->cost + C->flat[i];
    const double *gain = C->gain + i * P, *drain = C->drain + i * D;
    double *step = drawn + C->first[i], before = 0.0, mine = 0.0;
    for (integer t = 0; t < n; t++) {
        double above = has[t] - base[t], moved = above - before - rhs[t], rest = above;
        before = above;
        for (integer p = 0; p < P && moved > 0.0; p++) {
            integer v = p * n + t;
            double piece = p + 1 < P ? less(moved, width[v] * gain[p]) : moved;
            mine += cost[v] * (piece / gain[p]);
            step[t] += piece / gain[p];
            moved -= piece;
        }
        for (integer p = 0; p < D && moved < 0.0; p++) {
            integer v = (P + p) * n + t;
            double piece = p + 1 < D ? less(-moved, width[v] * drain[p]) : -moved;
            mine += cost[v] * (piece / drain[p]);
            step[t] -= piece / drain[p];
            moved += piece;
        }
        integer tail = t == n - 1 ? Z : 0;
        for (integer k = 0; k < K; k++) {
            integer v = (P + D + k) * n + t;
            double piece = k + 1 < K + tail ? less(rest, width[v]) : rest;
            mine += cost[v] * piece;
            rest -= piece;
        }
        for (integer k = 0; k < tail; k++) {
            integer v = V * n + k;
            double piece = k + 1 < tail ? less(rest, width[v]) : rest;
            mine += cost[v] * piece;
            rest -= piece;
        }
    }
    return mine;
}

EXPORT double sterna_priced(const Chains *C, const double *stored, double *drawn) {
    Job job = {C, priced, 0, stored, 0};
    double total = summed(C, &job);
    for (integer t = 0; t < C->steps; t++) {
        drawn[t] = 0.0;
        for (integer c = 0; c < C->chunks; c++) drawn[t] += C->drawn[c * C->steps + t];
    }
    return total;
}
