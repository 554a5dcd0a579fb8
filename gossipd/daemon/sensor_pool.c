// SPDX-License-Identifier: GPL-2.0
/*
 * Threads for what may block. libuv has a pool of its own, but of four threads that all share: four
 * sensors that hang in the kernel would stop everything there is, name resolution included.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include <uv.h>

#include "sensor_pool.h"

#define STACK_BYTES 262144UL
/* How long the end waits for jobs that do not hang. */
#define END_WAIT_MS 200

/*
 * @current: what the thread that works is at; NULL: it waits for work
 * @worker: number of that thread; others, that were slow, end when they come back
 * @threads: all of them
 * @closed: nobody collects any more; who is left cleans up
 */
struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	pthread_cond_t ended;
	void (*wake)(void *ctx);
	void *ctx;
	struct pool_job *queue;
	struct pool_job **queue_end;
	struct pool_job *done;
	struct pool_job **done_end;
	struct pool_job *current;
	uint64_t worker;
	unsigned int threads;
	bool closed;
};

/* Which of the threads one is: the one that works, or one that was given up. */
struct worker {
	struct pool *pool;
	uint64_t number;
};

static void append(struct pool_job ***end, struct pool_job *job)
{
	job->next = NULL;
	**end = job;
	*end = &job->next;
}

static struct pool_job *next_job(struct pool *pool)
{
	struct pool_job *job = pool->queue;

	if (job) {
		pool->queue = job->next;
		if (!pool->queue)
			pool->queue_end = &pool->queue;
	}
	return job;
}

static void pool_free(struct pool *pool)
{
	pthread_cond_destroy(&pool->work);
	pthread_cond_destroy(&pool->ended);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/* Called with the lock; takes it off while the job runs. */
static void run(struct pool *pool, struct pool_job *job, bool *mine, uint64_t number)
{
	job->state = POOL_RUNNING;
	job->began_ns = uv_hrtime();
	pool->current = job;
	pthread_mutex_unlock(&pool->lock);
	job->run(job);
	pthread_mutex_lock(&pool->lock);
	*mine = pool->worker == number;
	if (*mine)
		pool->current = NULL;
	job->state = POOL_DONE;
	if (pool->closed) {
		job->drop(job);
		return;
	}
	append(&pool->done_end, job);
	pool->wake(pool->ctx);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct pool *pool = worker->pool;
	uint64_t number = worker->number;
	bool mine = true, last;

	free(worker);
	pthread_mutex_lock(&pool->lock);
	while (mine && !pool->closed) {
		struct pool_job *job = next_job(pool);

		if (job)
			run(pool, job, &mine, number);
		else
			pthread_cond_wait(&pool->work, &pool->lock);
	}
	pool->threads--;
	last = pool->closed && !pool->threads;
	pthread_cond_signal(&pool->ended);
	pthread_mutex_unlock(&pool->lock);
	if (last)
		pool_free(pool);
	return NULL;
}

/* Signals are the loop's business. Called with the lock, or before anybody else is there. */
static bool start_thread(struct pool *pool)
{
	struct worker *worker = malloc(sizeof(*worker));
	pthread_attr_t attr;
	sigset_t all, old;
	pthread_t thread;
	bool ok;

	if (!worker)
		return false;
	*worker = (struct worker){ .pool = pool, .number = pool->worker + 1 };
	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ok = !pthread_create(&thread, &attr, work, worker);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (!ok) {
		free(worker);
		return false;
	}
	pool->worker++;
	pool->threads++;
	pool->current = NULL;
	return true;
}

/**
 * pool_create() - a pool with one thread
 * @wake: called by a thread of the pool when a job is done; has to be quick, and not to call back
 * @ctx: given to @wake
 *
 * Return: NULL without memory or threads.
 */
struct pool *pool_create(void (*wake)(void *ctx), void *ctx)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	pthread_condattr_t attr;
	bool ok;

	if (!pool)
		return NULL;
	pool->wake = wake;
	pool->ctx = ctx;
	pool->queue_end = &pool->queue;
	pool->done_end = &pool->done;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->ended, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_lock(&pool->lock);
	ok = start_thread(pool);
	pthread_mutex_unlock(&pool->lock);
	if (!ok) {
		pool_free(pool);
		return NULL;
	}
	return pool;
}

static void drop_all(struct pool_job *job)
{
	while (job) {
		struct pool_job *next = job->next;

		job->drop(job);
		job = next;
	}
}

/**
 * pool_destroy() - end of a pool
 * @pool: not to be used after it
 *
 * All jobs that are the pool's are dropped: at once, or by their threads when they come back, which
 * for one that hangs in the kernel may be never. @wake is not called after this.
 */
void pool_destroy(struct pool *pool)
{
	struct timespec until;
	bool last;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += END_WAIT_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;

	pthread_mutex_lock(&pool->lock);
	pool->closed = true;
	drop_all(pool->queue);
	drop_all(pool->done);
	pool->queue = NULL;
	pool->done = NULL;
	pthread_cond_broadcast(&pool->work);
	/* Who waits counts as a thread, so that the threads leave it the pool. */
	pool->threads++;
	while (pool->threads > 1 &&
	       !pthread_cond_timedwait(&pool->ended, &pool->lock, &until))
		;
	pool->threads--;
	last = !pool->threads;
	pthread_mutex_unlock(&pool->lock);
	if (last)
		pool_free(pool);
}

/**
 * pool_submit() - have a job done
 * @pool: of pool_create()
 * @job: idle; the pool's until it is collected
 */
void pool_submit(struct pool *pool, struct pool_job *job)
{
	pthread_mutex_lock(&pool->lock);
	job->state = POOL_QUEUED;
	append(&pool->queue_end, job);
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

/**
 * pool_collect() - jobs that are done
 * @pool: of pool_create()
 *
 * Return: the first of a list, all of them idle; NULL if there is none.
 */
struct pool_job *pool_collect(struct pool *pool)
{
	struct pool_job *job, *list;

	pthread_mutex_lock(&pool->lock);
	list = pool->done;
	pool->done = NULL;
	pool->done_end = &pool->done;
	for (job = list; job; job = job->next)
		job->state = POOL_IDLE;
	pthread_mutex_unlock(&pool->lock);
	return list;
}

/**
 * pool_check() - go on with another thread if a job takes long
 * @pool: of pool_create()
 * @now_ns: uv_hrtime()
 * @patience_ns: how long all others wait for one
 *
 * Return: false if there are too many threads already: then all wait for those.
 */
bool pool_check(struct pool *pool, uint64_t now_ns, uint64_t patience_ns)
{
	bool ok = true;

	pthread_mutex_lock(&pool->lock);
	if (pool->current && now_ns > pool->current->began_ns &&
	    now_ns - pool->current->began_ns > patience_ns)
		ok = pool->threads < POOL_THREADS_MAX && start_thread(pool);
	pthread_mutex_unlock(&pool->lock);
	return ok;
}
