/* What the C of this folder has in common. */
#ifndef STERNA_PASSES_H
#define STERNA_PASSES_H

#include <stddef.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif
#if defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif
/* Before a loop: its passes do not depend on each other. */
#if defined(__clang__)
#define APART _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define APART _Pragma("GCC ivdep")
#else
#define APART
#endif

typedef long long integer;

/* A part of a job, by its number; and all its parts at once (crew.c). */
typedef void Share(void *, integer);
void crew_run(Share *share, void *job, integer threads);

/* Of the records and functions, as built.py expects them. */
enum { VERSION = 5 };

#endif
