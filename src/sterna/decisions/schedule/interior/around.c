/* The site's part of a Newton step: what stands around the cars at a point, and where it goes (see around.py).
 *
 * Variables lie kind by kind: import, export, curtailment, excess and the peak's slack, then three for each
 * band (inside, above, below), each over all steps; the peak itself is the last one. Rows are the balance
 * and one for each band.
 */
#include "doubles.h"

#include <math.h>

enum { IMPORT, EXPORTED, CURTAILED, OVER, SLACK, BESIDE, PER_BAND = 3 };

typedef struct {
    integer rows, steps, kinds;               /* R, T, V */
    double peak_price, so_far;
    const double *hours, *rhs, *width, *cost; /* (T), (R, T), (V T + 1) twice */
    double *x, *lower, *upper, *price, *peak; /* the point: (V T + 1) three times, (R, T), (T) */
    double *lacks, *short_of;                 /* (R, T), (T): what the rows and the peak's rows lack */
    double *theta, *sinks, *rises;            /* (V T + 1) each */
    double *up, *down, *pull;
    double *rest, *front, *third;             /* (T) each */
    double *scale, *right;                    /* (R T) each */
    double *found;                            /* (5): numbers that are asked for */
    double all;
} Site;

/* A direction. */
typedef struct {
    double *price, *peak, *x, *lower, *upper;
} Shift;

/* What the rows' duals say of a variable: subtracted from its cost, the reduced cost. */
static double across(const Site *S, integer kind, integer t, const double *price, const double *peak) {
    switch (kind) {
    case IMPORT: return price[t] - peak[t];
    case EXPORTED:
    case CURTAILED: return -price[t];
    case OVER: return price[t];
    case SLACK: return -peak[t];
    default: break;
    }
    integer which = (kind - BESIDE) % PER_BAND, row = 1 + (kind - BESIDE) / PER_BAND;
    return which == PER_BAND - 1 ? -price[row * S->steps + t] : price[row * S->steps + t];
}

/* The site's part of a row. */
static double row_of(const Site *S, integer row, integer t, const double *values) {
    integer T = S->steps;
    const double *at = values + t;
    if (row == 0) return at[IMPORT * T] - at[EXPORTED * T] - at[CURTAILED * T] + at[OVER * T];
    at += (BESIDE + (row - 1) * PER_BAND) * T;
    return at[0] + at[T] - at[2 * T];
}

static double dot(integer count, const double *left, const double *right) {
    double sum = 0.0;
    for (integer k = 0; k < count; k++) sum += left[k] * right[k];
    return sum;
}

/* Residuals with the cars' power (R, T); found: sum of products, cost, bound, largest residual of a row. */
EXPORT void sterna_site_look(Site *S, const double *power) {
    integer T = S->steps, VT = S->kinds * T, peak_at = VT;
    double products = 0.0, cost = 0.0, bound = 0.0, largest = 0.0, top = S->x[peak_at];
    double paid = S->cost[peak_at] - dot(T, S->hours, S->peak);
    for (integer row = 0; row < S->rows; row++)
        for (integer t = 0; t < T; t++) {
            integer at = row * T + t;
            double lack = S->rhs[at] + power[at] - row_of(S, row, t, S->x);
            S->lacks[at] = lack;
            if (!(fabs(lack) <= largest)) largest = fabs(lack); /* not a number stays one */
            bound += S->rhs[at] * S->price[at];
        }
    for (integer t = 0; t < T; t++)
        S->short_of[t] = S->x[IMPORT * T + t] + S->x[SLACK * T + t] - S->hours[t] * (S->so_far + top);
    for (integer kind = 0; kind < S->kinds; kind++)
        for (integer t = 0; t < T; t++) {
            integer v = kind * T + t;
            products += S->lower[v] * S->x[v] + S->upper[v] * (S->width[v] - S->x[v]);
            cost += S->cost[v] * S->x[v];
            bound += less(S->cost[v] - across(S, kind, t, S->price, S->peak), 0.0) * S->width[v];
        }
    products += S->lower[peak_at] * top + S->upper[peak_at] * (S->width[peak_at] - top);
    cost += S->cost[peak_at] * top + S->peak_price * S->so_far;
    bound += less(paid, 0.0) * S->width[peak_at];
    bound += S->so_far * (S->peak_price - dot(T, S->hours, S->peak));
    S->found[0] = products;
    S->found[1] = cost;
    S->found[2] = bound;
    S->found[3] = largest;
}

/* What the point makes of every variable; the site's part joins the cars' in the lower triangle of the matrix
 * (R T, R T), whose diagonal becomes ones. */
WIDE EXPORT void sterna_site_system(Site *S, double *matrix) {
    integer T = S->steps, VT = S->kinds * T, n = S->rows * T;
    double *theta = S->theta;
    for (integer v = 0; v <= VT; v++) {
        integer live = S->width[v] > 0.0;
        S->sinks[v] = live ? S->lower[v] / S->x[v] : 0.0;
        S->rises[v] = live ? S->upper[v] / (S->width[v] - S->x[v]) : 0.0;
        theta[v] = live ? 1.0 / (S->sinks[v] + S->rises[v]) : 0.0;
    }
    S->all = 1.0 / theta[VT];
    for (integer t = 0; t < T; t++) {
        double imported = theta[IMPORT * T + t], rest = imported + theta[SLACK * T + t];
        S->rest[t] = rest;
        S->front[t] = imported * S->hours[t] / rest;
        S->all += S->hours[t] * S->hours[t] / rest;
    }
    for (integer i = 0; i < T; i++) {
        double *row = matrix + i * n, weight = S->front[i] / S->all;
        for (integer j = 0; j <= i; j++) row[j] += weight * S->front[j];
    }
    for (integer row = 0; row < S->rows; row++)
        for (integer t = 0; t < T; t++) {
            integer at = row * T + t;
            const double *own = theta + t;
            double whole;
            if (row == 0) {
                whole = own[IMPORT * T] * own[SLACK * T] / S->rest[t];
                whole += own[EXPORTED * T] + own[CURTAILED * T] + own[OVER * T];
            } else {
                own += (BESIDE + (row - 1) * PER_BAND) * T;
                whole = own[0] + own[T] + own[2 * T];
            }
            double *corner = matrix + at * n + at;
            *corner += whole;
            S->scale[at] = 1.0 / sqrt(*corner > 1e-300 ? *corner : 1e-300);
        }
    for (integer i = 0; i < n; i++) {
        double *row = matrix + i * n, mine = S->scale[i];
        for (integer j = 0; j <= i; j++) row[j] *= mine * S->scale[j];
    }
}

static double base_of(const Site *S, const double *third) {
    double sum = S->pull[S->kinds * S->steps];
    for (integer t = 0; t < S->steps; t++) sum += S->hours[t] * third[t] / S->rest[t];
    return sum / S->all;
}

/* The right side of the system in the prices for products of `target`, the second order of `ahead` counted
 * by `second`; `cars` (R, T): what their power would do at unchanged prices. */
WIDE EXPORT void sterna_site_right(Site *S, const double *cars, double target, double second, const Shift *ahead) {
    integer T = S->steps, VT = S->kinds * T;
    for (integer kind = 0; kind <= S->kinds; kind++)
        for (integer t = 0; t < T; t++) {
            integer v = kind * T + t;
            if (v > VT) break; /* the peak is a kind of one */
            double both = second == 0.0 ? 0.0 : second * ahead->x[v], up = target, down = target;
            if (second != 0.0) {
                up -= both * ahead->lower[v];
                down += both * ahead->upper[v];
            }
            integer live = S->width[v] > 0.0;
            double reduced = v == VT ? S->cost[v] - dot(T, S->hours, S->peak)
                                     : S->cost[v] - across(S, kind, t, S->price, S->peak);
            S->up[v] = up = live ? up / S->x[v] : 0.0;
            S->down[v] = down = live ? down / (S->width[v] - S->x[v]) : 0.0;
            S->pull[v] = live ? up - down - reduced : 0.0;
        }
    for (integer t = 0; t < T; t++) {
        integer bought = IMPORT * T + t, slack = SLACK * T + t;
        S->third[t] = S->short_of[t] + S->theta[bought] * S->pull[bought] + S->theta[slack] * S->pull[slack];
    }
    double base = base_of(S, S->third);
    for (integer row = 0; row < S->rows; row++)
        for (integer t = 0; t < T; t++) {
            integer at = row * T + t, first = row == 0 ? 0 : BESIDE + (row - 1) * PER_BAND;
            double moved[4] = {0.0};
            for (integer k = 0; k < (row == 0 ? 4 : PER_BAND); k++) {
                integer v = (first + k) * T + t;
                moved[k] = S->theta[v] * S->pull[v];
            }
            double right = S->lacks[at] + cars[at];
            if (row == 0) {
                right -= moved[IMPORT] - moved[EXPORTED] - moved[CURTAILED] + moved[OVER];
                right += S->theta[t] * S->third[t] / S->rest[t] - S->front[t] * base;
            } else {
                right -= moved[0] + moved[1] - moved[2];
            }
            S->right[at] = right * S->scale[at];
        }
}

/* The direction, when `answer` (R T) solves the system for the last right side. */
WIDE EXPORT void sterna_site_shift(Site *S, const double *answer, Shift *to) {
    integer T = S->steps, VT = S->kinds * T;
    for (integer at = 0; at < S->rows * T; at++) to->price[at] = answer[at] * S->scale[at];
    for (integer t = 0; t < T; t++) S->third[t] += S->theta[IMPORT * T + t] * to->price[t];
    double top = base_of(S, S->third);
    for (integer t = 0; t < T; t++) to->peak[t] = (S->third[t] - S->hours[t] * top) / S->rest[t];
    for (integer kind = 0; kind < S->kinds; kind++)
        for (integer t = 0; t < T; t++) {
            integer v = kind * T + t;
            to->x[v] = S->theta[v] * (across(S, kind, t, to->price, to->peak) + S->pull[v]);
        }
    for (integer t = 0; t < T; t++) to->x[SLACK * T + t] = S->hours[t] * top - to->x[IMPORT * T + t] - S->short_of[t];
    to->x[VT] = top;
    for (integer v = 0; v <= VT; v++) {
        to->lower[v] = S->up[v] - S->lower[v] - S->sinks[v] * to->x[v];
        to->upper[v] = S->down[v] - S->upper[v] + S->rises[v] * to->x[v];
    }
}

/* Found: how steeply the nearest bound is approached, primal and dual; the products' change: primal, dual, both. */
WIDE EXPORT void sterna_site_along(const Site *S, const Shift *to) {
    double nearest = 0.0, dual = 0.0, linear = 0.0, linear_dual = 0.0, square = 0.0;
    for (integer v = 0; v <= S->kinds * S->steps; v++) {
        double x = S->x[v], room = S->width[v] - x, dx = to->x[v];
        linear += (S->lower[v] - S->upper[v]) * dx;
        linear_dual += x * to->lower[v] + room * to->upper[v];
        square += dx * (to->lower[v] - to->upper[v]);
        if (!(S->width[v] > 0.0)) continue;
        nearest = more(nearest, more(-dx / x, dx / room));
        dual = more(dual, more(-to->lower[v] / S->lower[v], -to->upper[v] / S->upper[v]));
    }
    double *found = S->found;
    found[0] = nearest, found[1] = dual, found[2] = linear, found[3] = linear_dual, found[4] = square;
}

/* Go so far. */
WIDE EXPORT void sterna_site_go(Site *S, const Shift *to, double length, double dual) {
    integer T = S->steps;
    for (integer v = 0; v <= S->kinds * T; v++) {
        S->x[v] += length * to->x[v];
        S->lower[v] += dual * to->lower[v];
        S->upper[v] += dual * to->upper[v];
    }
    for (integer at = 0; at < S->rows * T; at++) S->price[at] += dual * to->price[at];
    for (integer t = 0; t < T; t++) S->peak[t] += dual * to->peak[t];
}
