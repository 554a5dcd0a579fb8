// SPDX-License-Identifier: GPL-2.0
/*
 * Small files with one number or one word in them, as those of sysfs are; nothing about them is
 * taken for granted, as a tree may come from anywhere.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensor_internal.h"

/* A directory with more entries of a kind is not read to its end. */
#define ENTRIES_MAX 4096
/* Above and below nothing throttles, whatever a file says: trip points that are off are such. */
#define LIMIT_MIN_MC 30000
#define LIMIT_MAX_MC 150000

/**
 * sensor_read_text() - what stands in a small regular file
 * @path: which
 * @text: written: without the last line's end
 * @size: room for that; a file that is longer is refused
 *
 * Return: length; -EISDIR, -EINVAL if it is no regular file or has zeros in it, -EFBIG, or what the
 * system says.
 */
int sensor_read_text(const char *path, char *text, size_t size)
{
	size_t len = 0;
	struct stat st;
	ssize_t ret;
	/* A pipe must not block. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	ret = fstat(fd, &st) ? -errno : 0;
	if (!ret && !S_ISREG(st.st_mode))
		ret = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	while (!ret && len < size) {
		ssize_t got = read(fd, text + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			ret = -errno;
		if (got <= 0)
			break;
		len += got;
	}
	close(fd);
	if (ret)
		return ret;
	if (len == size)
		return -EFBIG;
	text[len] = '\0';
	if (strlen(text) != len)
		return -EINVAL;
	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	return len;
}

/**
 * sensor_read_number() - the whole number that stands in a file
 * @path: which
 * @number: written if there is one
 *
 * Return: 0, -ENODATA if the file is empty, -EINVAL if there is anything else in it, or what
 * sensor_read_text() says.
 */
int sensor_read_number(const char *path, int64_t *number)
{
	char text[64] = "", *end;
	long long value;
	int len = sensor_read_text(path, text, sizeof(text));

	if (len < 0)
		return len;
	if (!len)
		return -ENODATA;
	if (!isdigit((unsigned char)text[0]) && text[0] != '-')
		return -EINVAL;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return errno ? -errno : -EINVAL;
	*number = value;
	return 0;
}

/**
 * sensor_read_scaled() - read a probe that is a file with a number
 * @probe: its only value is written
 *
 * Return: as sensor_read_number().
 */
int sensor_read_scaled(struct sensor_probe *probe)
{
	int64_t number;
	int ret = sensor_read_number(probe->path, &number);

	if (!ret)
		probe->values[0].value = (double)number * probe->scale;
	return ret;
}

/**
 * sensor_read_limit() - a temperature in a file that can be where hardware throttles
 * @path: which; in thousandths of a degree
 *
 * Return: NAN if there is none, or none that can be.
 */
double sensor_read_limit(const char *path)
{
	int64_t number;

	if (sensor_read_number(path, &number))
		return NAN;
	if (number < LIMIT_MIN_MC || number > LIMIT_MAX_MC)
		return NAN;
	return (double)number / 1000;
}

/**
 * sensor_path() - build a path
 * @path: written
 * @format: as of printf(3)
 *
 * Return: false if it is too long: there is no such file then.
 */
bool sensor_path(char path[SENSOR_PATH_MAX], const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(path, SENSOR_PATH_MAX, format, args);
	va_end(args);
	if (len >= 0 && len < SENSOR_PATH_MAX)
		return true;
	path[0] = '\0';
	return false;
}

static int by_length_and_text(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t x_len = strlen(x), y_len = strlen(y);

	/* zone2 is before zone10. */
	return x_len != y_len ? (x_len > y_len) - (x_len < y_len) : strcmp(x, y);
}

/**
 * sensor_list() - entries of a directory
 * @dir: which; need not exist
 * @prefix: what their names have to begin with
 * @each: called with each, in the order of their numbers
 * @ctx: given to @each
 */
void sensor_list(const char *dir, const char *prefix, void (*each)(void *ctx, const char *name),
		 void *ctx)
{
	DIR *stream = opendir(dir);
	const struct dirent *entry;
	char **names = NULL;
	size_t nr = 0, i;

	if (!stream)
		return;
	names = calloc(ENTRIES_MAX, sizeof(*names));
	while (names && nr < ENTRIES_MAX && (entry = readdir(stream))) {
		if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)))
			continue;
		names[nr] = strdup(entry->d_name);
		if (!names[nr])
			break;
		nr++;
	}
	closedir(stream);
	if (!names)
		return;
	qsort(names, nr, sizeof(*names), by_length_and_text);
	for (i = 0; i < nr; i++) {
		each(ctx, names[i]);
		free(names[i]);
	}
	free(names);
}

/**
 * sensor_clean() - make a text from outside fit for names, logs and labels of metrics
 * @text: changed in place: what is not printable ASCII, and quotes, become _
 */
void sensor_clean(char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~' || strchr("\"\\'`", *text))
			*text = '_';
	}
}
