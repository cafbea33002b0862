/* Threads that stand by between two passes: to start one takes longer than a pass over a hundred cars.
 *
 * One solve at a time has them; another one that runs meanwhile does its passes alone, with the same
 * result. They wait awake for a moment, because the next pass is mostly near, and asleep after it.
 */
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L /* for signal masks in plain C11 */
#endif
#include "passes.h"

#if defined(_WIN32)
void crew_run(Share *share, void *job, integer threads) {
    for (integer k = 0; k < threads; k++) share(job, k);
}
#else
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

enum { MEMBERS_MAX = 63, AWAKE = 4000, PATIENT = 2000 };

typedef struct {
    pthread_mutex_t lock; /* of his sleep */
    pthread_cond_t call;
    atomic_llong round; /* how often he was called */
    atomic_int asleep;
    integer number;
} Member;

static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER; /* by the solve that has the crew */
static Member crew[MEMBERS_MAX];
static integer members;  /* those who began */
static atomic_llong left; /* those who were called and have not done their part */
static Share *share_now;
static void *job_now;

static inline void breathe(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static void await(Member *me, long long last) {
    for (int spin = 0; spin < AWAKE; spin++) {
        if (atomic_load_explicit(&me->round, memory_order_acquire) != last) return;
        breathe();
    }
    pthread_mutex_lock(&me->lock);
    atomic_store(&me->asleep, 1);
    while (atomic_load(&me->round) == last) pthread_cond_wait(&me->call, &me->lock);
    atomic_store(&me->asleep, 0);
    pthread_mutex_unlock(&me->lock);
}

static void *member(void *given) {
    Member *me = given;
    for (long long last = 0;; last++) {
        await(me, last);
        share_now(job_now, me->number);
        atomic_fetch_sub_explicit(&left, 1, memory_order_acq_rel);
    }
    return NULL;
}

static void rouse(Member *one) {
    atomic_fetch_add(&one->round, 1);
    if (atomic_load(&one->asleep)) {
        pthread_mutex_lock(&one->lock);
        pthread_cond_signal(&one->call);
        pthread_mutex_unlock(&one->lock);
    }
}

/* A process that was forked has none of its parent's threads. */
static void orphaned(void) {
    members = 0;
    pthread_mutex_init(&taken, NULL);
}

/* Begin threads until there are as many as `wanted`, or no more to be had. Signals are for others. */
static void grow(integer wanted) {
    static atomic_flag known = ATOMIC_FLAG_INIT;
    if (members >= wanted) return;
    if (!atomic_flag_test_and_set(&known)) pthread_atfork(NULL, NULL, orphaned);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; members < wanted && members < MEMBERS_MAX; members++) {
        Member *one = crew + members;
        pthread_t thread;
        pthread_mutex_init(&one->lock, NULL);
        pthread_cond_init(&one->call, NULL);
        atomic_store(&one->round, 0);
        atomic_store(&one->asleep, 0);
        one->number = members + 1;
        if (pthread_create(&thread, NULL, member, one) != 0) break;
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Call share(job, k) for every k below `threads`, spread over as many threads. */
void crew_run(Share *share, void *job, integer threads) {
    integer called = 0;
    int mine = threads > 1 && pthread_mutex_trylock(&taken) == 0;
    if (mine) {
        grow(threads - 1);
        called = members < threads - 1 ? members : threads - 1;
        share_now = share;
        job_now = job;
        atomic_store(&left, called);
        for (integer k = 0; k < called; k++) rouse(crew + k);
    }
    share(job, 0);
    for (integer k = called + 1; k < threads; k++) share(job, k); /* no thread to be had: do it here */
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
