// SPDX-License-Identifier: GPL-2.0
/*
 * Runs CPU-bound processes with given bids against each other for a while and prints, as JSON, what
 * each got: CPU time, the longest gap between two moments of its own that it saw, and what the
 * module says about it. The gap is measured with the clock alone, so it checks the module's claims.
 *
 *	hogs [-t SECONDS] [-c CPU] [-n] BID[xCOUNT][f] ...
 *
 * -c pins all to a CPU, -n leaves the policy alone (for a class attached with --all), f bids in the
 * feeder book, "d" for BID leaves the default bid.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "genl.h"

#define HOGS_MAX 4096
#define SCHED_EXT_POLICY 7
#define NSEC_PER_SEC 1000000000ULL

struct hog {
	pid_t pid;
	uint32_t bid;
	uint32_t book;
	bool own_bid;
	_Atomic uint64_t last_ns;
	_Atomic uint64_t gap_ns;
};

static struct {
	double seconds;
	int cpu;
	bool keep_policy;
} options = { .seconds = 2, .cpu = -1 };

/* Shared with the hogs. */
static struct hog *hogs;
static int nr_hogs;
static _Atomic uint64_t *start_ns;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void become_bidder(const struct hog *hog)
{
	struct sched_param param = { 0 };
	struct genl g;
	cpu_set_t set;

	if (options.cpu >= 0) {
		CPU_ZERO(&set);
		CPU_SET(options.cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			genl_fatal("hogs: sched_setaffinity");
	}
	if (!options.keep_policy && sched_setscheduler(0, SCHED_EXT_POLICY, &param))
		genl_fatal("hogs: policy SCHED_EXT");
	if (!hog->own_bid)
		return;
	genl_open(&g);
	errno = -genl_bid_set(&g, 0, hog->bid, hog->book);
	if (errno) {
		fprintf(stderr, "hogs: bid-set: %s: %s\n", strerror(errno), g.text);
		exit(1);
	}
	close(g.fd);
}

static void hog_main(struct hog *hog, int ready, int gate)
{
	uint64_t last, gap = 0;
	char byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	become_bidder(hog);
	if (write(ready, &byte, 1) != 1)
		exit(1);
	close(ready);
	/* Ends with the gate's other end, for all at once. */
	while (read(gate, &byte, 1) > 0)
		;
	last = atomic_load(start_ns);
	for (;;) {
		uint64_t now = now_ns();

		if (now - last > gap) {
			gap = now - last;
			atomic_store(&hog->gap_ns, gap);
		}
		last = now;
		atomic_store_explicit(&hog->last_ns, last, memory_order_relaxed);
	}
}

static void parse_hogs(const char *spec)
{
	struct hog hog = { .own_bid = true };
	unsigned long count = 1;
	char *end;

	hog.bid = strtoul(spec, &end, 10);
	if (*spec == 'd') {
		hog.own_bid = false;
		end++;
	}
	if (*end == 'x')
		count = strtoul(end + 1, &end, 10);
	if (*end == 'f') {
		hog.book = MAXWELL_BOOK_FEEDER;
		end++;
	}
	if (*end || !count || nr_hogs + count > HOGS_MAX) {
		fprintf(stderr, "hogs: '%s' is not BID[xCOUNT][f]\n", spec);
		exit(1);
	}
	while (count--)
		hogs[nr_hogs++] = hog;
}

static void start_hogs(void)
{
	int ready[2], gate[2];
	char byte;
	int i;

	if (pipe(ready) || pipe(gate))
		genl_fatal("hogs: pipe");
	for (i = 0; i < nr_hogs; i++) {
		pid_t pid = fork();

		if (pid < 0)
			genl_fatal("hogs: fork");
		if (!pid) {
			close(gate[1]);
			close(ready[0]);
			hog_main(&hogs[i], ready[1], gate[0]);
		}
		hogs[i].pid = pid;
	}
	close(ready[1]);
	for (i = 0; i < nr_hogs; i++) {
		if (read(ready[0], &byte, 1) != 1) {
			fprintf(stderr, "hogs: one of them did not get ready\n");
			exit(1);
		}
	}
	atomic_store(start_ns, now_ns());
	close(gate[1]);
}

static uint64_t cpu_time_ns(pid_t pid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%llu", &ns) != 1)
		genl_fatal(path);
	fclose(file);
	return ns;
}

static void print_hog(struct genl *g, const struct hog *hog, uint64_t end_ns, bool last)
{
	uint64_t seen_ns = atomic_load(&hog->last_ns);
	uint64_t gap_ns = atomic_load(&hog->gap_ns);
	uint64_t cpu_ns = cpu_time_ns(hog->pid);
	struct genl_msg account;

	/* The gap that has not ended yet counts; one that never ran has last_ns 0. */
	if (seen_ns < *start_ns)
		seen_ns = *start_ns;
	if (end_ns > seen_ns && end_ns - seen_ns > gap_ns)
		gap_ns = end_ns - seen_ns;
	errno = -genl_bid_get(g, hog->pid, &account);
	if (errno) {
		fprintf(stderr, "hogs: bid-get %d: %s: %s\n", hog->pid, strerror(errno), g->text);
		exit(1);
	}
	printf("{\"pid\":%d,\"bid\":%llu,\"cpu_ms\":%.1f,\"gap_ms\":%.1f,\"wait_max_ms\":%.1f,"
	       "\"runs\":%llu,\"survival\":%llu,\"runtime_ms\":%.1f,\"charged_nanocents\":%llu}%s\n",
	       hog->pid, (unsigned long long)genl_uint(&account, MAXWELL_A_BID_BID), cpu_ns / 1e6,
	       gap_ns / 1e6, genl_uint(&account, MAXWELL_A_BID_WAIT_MAX_NS) / 1e6,
	       (unsigned long long)genl_uint(&account, MAXWELL_A_BID_NR_RUNS),
	       (unsigned long long)genl_uint(&account, MAXWELL_A_BID_NR_SURVIVAL),
	       genl_uint(&account, MAXWELL_A_BID_RUNTIME_NS) / 1e6,
	       (unsigned long long)genl_uint(&account, MAXWELL_A_BID_CHARGED_NANOCENTS),
	       last ? "" : ",");
}

int main(int argc, char **argv)
{
	uint64_t end_ns;
	struct genl g;
	int option, i;

	while ((option = getopt(argc, argv, "t:c:n")) != -1) {
		if (option == 't')
			options.seconds = atof(optarg);
		else if (option == 'c')
			options.cpu = atoi(optarg);
		else if (option == 'n')
			options.keep_policy = true;
		else
			return 1;
	}
	hogs = mmap(NULL, HOGS_MAX * sizeof(*hogs) + sizeof(*start_ns), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (hogs == MAP_FAILED)
		genl_fatal("hogs: mmap");
	start_ns = (void *)(hogs + HOGS_MAX);
	for (; optind < argc; optind++)
		parse_hogs(argv[optind]);
	genl_open(&g);
	start_hogs();
	usleep((useconds_t)(options.seconds * 1e6));
	end_ns = now_ns();

	puts("[");
	for (i = 0; i < nr_hogs; i++)
		print_hog(&g, &hogs[i], end_ns, i == nr_hogs - 1);
	puts("]");
	for (i = 0; i < nr_hogs; i++)
		kill(hogs[i].pid, SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
