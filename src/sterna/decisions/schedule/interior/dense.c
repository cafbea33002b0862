/* The dense system of the prices: see dense.py. */
#include "passes.h"

#include <math.h>
#include <string.h>

/* The Cholesky factor of a symmetric matrix with `ridge` on its diagonal, in both triangles; 0 where it
 * has none. Of the matrix the lower triangle is given, the other one is filled in. Outer products: they
 * are wide without changing the order of any sum. */
WIDE EXPORT integer sterna_cholesky(integer n, double *matrix, double *factor, double *column, double ridge) {
    for (integer i = 0; i < n; i++)
        for (integer j = 0; j < i; j++) matrix[j * n + i] = matrix[i * n + j];
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
        for (integer i = k + 1; i < n; i++) factor[k * n + i] = column[i];
    }
    return 1;
}

/* Solve with the factor, and again for what is left over, `rounds` times. Row by row in both directions. */
WIDE EXPORT void sterna_solve(integer n, const double *matrix, const double *factor, const double *right,
                              double *found, double *left, integer rounds) {
    for (integer i = 0; i < n; i++) found[i] = 0.0;
    for (integer round = 0; round <= rounds; round++) {
        for (integer i = 0; i < n; i++) left[i] = right[i];
        if (round > 0)
            for (integer j = 0; j < n; j++) {
                const double *row = matrix + j * n;
                double weight = found[j];
                APART
                for (integer i = 0; i < n; i++) left[i] -= weight * row[i];
            }
        for (integer i = 0; i < n; i++) {
            const double *row = factor + i * n;
            double value = left[i] /= row[i];
            APART
            for (integer j = i + 1; j < n; j++) left[j] -= value * row[j];
        }
        for (integer i = n - 1; i >= 0; i--) {
            const double *row = factor + i * n;
            double value = left[i] /= row[i];
            APART
            for (integer j = 0; j < i; j++) left[j] -= value * row[j];
        }
        for (integer i = 0; i < n; i++) found[i] += left[i];
    }
}
