/* Threads that stand by between two passes: to start one takes longer than a pass over a hundred cars.
 *
 * One solve at a time has them; another one that runs meanwhile does its passes alone, with the same
 * result. They wait awake for a moment, because the next pass is mostly near, and asleep after it.
 */
#include "passes.h"

#if defined(_WIN32)
void crew_run(Share *share, void *job, integer threads) {
    for (integer k = 0; k < threads; k++) share(job, k);
}
#else
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MEMBERS_MAX = 63, AWAKE = 4000, PATIENT = 2000 };

static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER; /* by the solve that has the crew */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  /* of those who sleep */
static pthread_cond_t call = PTHREAD_COND_INITIALIZER;
static atomic_llong round_now, left, asleep;
static integer members; /* those who began; changed by the solve that has the crew */
static Share *share_now;
static void *job_now;
static integer threads_now;
static long long joined[MEMBERS_MAX]; /* the round at which each began */

static inline void breathe(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static long long next_round(long long last) {
    for (int spin = 0; spin < AWAKE; spin++) {
        if (atomic_load_explicit(&round_now, memory_order_acquire) != last) return last + 1;
        breathe();
    }
    pthread_mutex_lock(&lock);
    atomic_fetch_add(&asleep, 1);
    while (atomic_load(&round_now) == last) pthread_cond_wait(&call, &lock);
    atomic_fetch_sub(&asleep, 1);
    pthread_mutex_unlock(&lock);
    return last + 1;
}

/* Everybody takes part in every round, if only to say so: nobody can be a round behind. */
static void *member(void *given) {
    integer number = (integer)(size_t)given;
    for (long long last = joined[number];;) {
        last = next_round(last);
        if (number + 1 < threads_now) share_now(job_now, number + 1);
        atomic_fetch_sub_explicit(&left, 1, memory_order_acq_rel);
    }
    return NULL;
}

/* A process that was forked has none of its parent's threads. */
static void orphaned(void) {
    members = 0;
    atomic_store(&asleep, 0);
    pthread_mutex_init(&taken, NULL);
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&call, NULL);
}

static void grow(integer wanted) {
    static atomic_flag known = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&known)) pthread_atfork(NULL, NULL, orphaned);
    for (; members < wanted && members < MEMBERS_MAX; members++) {
        pthread_t thread;
        joined[members] = atomic_load(&round_now);
        if (pthread_create(&thread, NULL, member, (void *)(size_t)members) != 0) return;
        pthread_detach(thread);
    }
}

/* Call share(job, k) for every k below `threads`, spread over as many threads. */
void crew_run(Share *share, void *job, integer threads) {
    integer done = 1;
    int mine = threads > 1 && pthread_mutex_trylock(&taken) == 0;
    if (mine) {
        grow(threads - 1);
        share_now = share;
        job_now = job;
        threads_now = threads;
        atomic_store(&left, members);
        atomic_fetch_add(&round_now, 1);
        if (atomic_load(&asleep) > 0) {
            pthread_mutex_lock(&lock);
            pthread_cond_broadcast(&call);
            pthread_mutex_unlock(&lock);
        }
        done += members;
    }
    share(job, 0);
    for (integer k = done; k < threads; k++) share(job, k); /* no thread to be had: do it here */
    if (mine) {
        for (int spin = 0; atomic_load_explicit(&left, memory_order_acquire) > 0;)
            if (spin < PATIENT) {
                spin++;
                breathe();
            } else {
                sched_yield();
            }
        pthread_mutex_unlock(&taken);
    }
}
#endif
