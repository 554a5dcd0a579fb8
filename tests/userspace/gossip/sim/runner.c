// SPDX-License-Identifier: GPL-2.0
/*
 * What campaigns have in common. See runner.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner.h"

static bool to_number(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && end != text && !*end && *text != '-';
}

/* Takes up an option, if it is one of a list; @value is the argument behind it, or NULL. */
static bool take(const struct runner_option *list, const char *name, const char *value, bool *used)
{
	for (; list->name; list++) {
		if (strcmp(list->name, name))
			continue;
		if (list->flag)
			*list->flag = true;
		*used = list->number;
		return !list->number || (value && to_number(value, list->number));
	}
	return false;
}

/**
 * runner_parse() - read the command line
 * @args: written; what is not given stays
 * @own: options besides
 * @argc: of main()
 * @argv: of main()
 *
 * Return: false if it makes no sense, and it was said why.
 */
bool runner_parse(struct runner_args *args, const struct runner_option *own, int argc, char **argv)
{
	const struct runner_option numbers[] = {
		{ "first", NULL, &args->first }, { "seeds", NULL, &args->seeds },
		{ "repeat", NULL, &args->repeat }, { "seed", &args->replay, &args->one }, { },
	};
	int i;

	for (i = 1; i < argc; i++) {
		const char *name = strncmp(argv[i], "--", 2) ? "" : argv[i] + 2;
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		bool used = true;

		if (!strcmp(name, "json") && value) {
			args->json = value;
		} else if (!strcmp(name, "canary") && value) {
			args->canary = value;
		} else if (!take(numbers, name, value, &used) && !take(own, name, value, &used)) {
			fprintf(stderr, "campaign: %s %s makes no sense\n", argv[i],
				value ? value : "");
			return false;
		}
		i += used;
	}
	return true;
}

/**
 * runner_wall_s() - time of the clock on the wall
 *
 * Return: seconds.
 */
double runner_wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/**
 * runner_shared() - memory that a process apart writes and this one reads
 * @size: bytes
 *
 * Return: zeros; it ends the program if there are none.
 */
void *runner_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return memory;
}

/**
 * runner_apart() - run a world in a process of its own, so that one that crashes is a finding
 * @run: runs it
 * @world: given to it
 * @cpu_s: CPU time after which it does not end: that the machine is busy is no finding
 * @why: written, if it ended badly
 * @len: bytes of it
 *
 * Return: whether it ended well.
 */
bool runner_apart(void (*run)(void *world), void *world, unsigned int cpu_s, char *why, size_t len)
{
	const struct itimerval limit = { .it_value.tv_sec = cpu_s };
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!pid) {
		setitimer(ITIMER_PROF, &limit, NULL);
		run(world);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	if (WIFSIGNALED(status))
		snprintf(why, len, "it ends by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(why, len, "exit status %d", WEXITSTATUS(status));
	return false;
}

/**
 * runner_wants_canary() - whether a bug on purpose is to be looked for
 * @args: options
 * @name: of the bug
 */
bool runner_wants_canary(const struct runner_args *args, const char *name)
{
	return args->canary && (!strcmp(args->canary, "all") || !strcmp(args->canary, name));
}

/**
 * runner_tell_canary() - say whether a bug on purpose was found
 * @name: of the bug
 * @caught_after: worlds until it was found; 0: it was not
 * @seeds: worlds that could have
 * @by: what has found it
 */
void runner_tell_canary(const char *name, uint64_t caught_after, uint64_t seeds, const char *by)
{
	if (caught_after)
		printf("canary %s caught after %llu seeds: %s\n", name,
		       (unsigned long long)caught_after, by);
	else
		printf("canary %s NOT caught in %llu seeds\n", name, (unsigned long long)seeds);
}

/**
 * runner_print_faults() - how many there were of each kind, as one line
 * @names: of the kinds
 * @values: how many
 * @nr: kinds
 */
void runner_print_faults(const char *const *names, const uint64_t *values, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		printf("%s%s %llu", i ? ", " : "faults: ", names[i],
		       (unsigned long long)values[i]);
	printf("\n");
}

/**
 * runner_write_table() - a member of the report in JSON, with a comma behind it
 * @f: file
 * @name: of the member
 * @names: of the numbers
 * @values: the numbers
 * @from: first of them
 * @nr: end of them
 */
void runner_write_table(FILE *f, const char *name, const char *const *names, const uint64_t *values,
			int from, int nr)
{
	int i;

	fprintf(f, "  \"%s\": {\n", name);
	for (i = from; i < nr; i++)
		fprintf(f, "    \"%s\": %llu%s\n", names[i], (unsigned long long)values[i],
			i + 1 < nr ? "," : "");
	fprintf(f, "  },\n");
}
