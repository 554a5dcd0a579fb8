// SPDX-License-Identifier: GPL-2.0
/*
 * Asks gossipd for a document, over its Unix socket: one GET of HTTP/1.0, and all that comes until
 * the other side closes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "gossip.h"

#define ANSWER_MAX ((size_t)16 << 20)
#define WAIT_S 5
/* Of the documents. */
#define SCHEMA 1

/* Returns a socket, or what the error ends maxctl with, negated. */
static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const struct timeval wait = { .tv_sec = WAIT_S };
	size_t len = strlen(path);
	int fd, err;

	if (len >= sizeof(addr.sun_path))
		return -mc_error(MC_USAGE, "the socket's path is longer than %zu bytes",
				 sizeof(addr.sun_path) - 1);
	memcpy(addr.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -mc_error(MC_REFUSED, "no socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = errno;
	close(fd);
	if (err == ENOENT || err == ECONNREFUSED)
		return -mc_error(MC_INACTIVE, "gossipd does not run here: %s: %s", path,
				 strerror(err));
	return -mc_error(err == EACCES || err == EPERM ? MC_DENIED : MC_REFUSED, "%s: %s", path,
			 strerror(err));
}

static int ask(int fd, const char *what)
{
	char request[256];
	int len = snprintf(request, sizeof(request),
			   "GET %s HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n"
			   "Connection: close\r\n\r\n", what);
	ssize_t sent = send(fd, request, len, MSG_NOSIGNAL);

	if (sent == len)
		return MC_OK;
	if (sent >= 0)
		return mc_error(MC_REFUSED, "gossipd does not hear the question out");
	return mc_error(errno == EAGAIN ? MC_TIMEOUT : MC_REFUSED, "gossipd is not asked: %s",
			strerror(errno));
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* As recv(), but who says little now and then has no more time than who says nothing. */
static ssize_t receive(int fd, char *to, size_t room, uint64_t until_ms)
{
	uint64_t at_ms = now_ms();
	struct timeval wait;

	if (at_ms >= until_ms) {
		errno = EAGAIN;
		return -1;
	}
	wait = (struct timeval){ (until_ms - at_ms) / 1000, (until_ms - at_ms) % 1000 * 1000 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return recv(fd, to, room, 0);
}

/* Up to the end, or to where it becomes too much. */
static int listen_to(int fd, char **answer, size_t *len)
{
	uint64_t until_ms = now_ms() + (uint64_t)WAIT_S * 1000;
	size_t room = 65536;

	*len = 0;
	*answer = malloc(room);
	if (!*answer)
		return mc_error(MC_REFUSED, "out of memory");
	for (;;) {
		ssize_t got;

		if (*len + 1 >= room) {
			char *more;

			room *= 2;
			more = room <= 2 * ANSWER_MAX ? realloc(*answer, room) : NULL;
			if (!more)
				return mc_error(MC_REFUSED, "gossipd says too much");
			*answer = more;
		}
		got = receive(fd, *answer + *len, room - *len - 1, until_ms);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return mc_error(MC_TIMEOUT, "gossipd does not answer within %d s", WAIT_S);
		if (got < 0)
			return mc_error(MC_REFUSED, "gossipd does not answer: %s", strerror(errno));
		if (!got)
			break;
		*len += got;
	}
	(*answer)[*len] = '\0';
	return MC_OK;
}

/* Behind the headers; they are the library's that serves them, and nothing in them matters. */
static int understand(const char *answer, size_t len, const char *what, json_t **document)
{
	const char *body = strstr(answer, "\r\n\r\n");
	int status = 0;
	json_error_t error;

	if (sscanf(answer, "HTTP/1.%*1[01] %3d", &status) != 1 || !body)
		return mc_error(MC_REFUSED, "this is not gossipd: what it says is no HTTP");
	if (status != 200)
		return mc_error(MC_REFUSED, "gossipd refuses %s: status %d", what, status);
	body += strlen("\r\n\r\n");
	*document = json_loadb(body, len - (body - answer), JSON_REJECT_DUPLICATES, &error);
	if (!*document)
		return mc_error(MC_REFUSED, "what gossipd says is no JSON: %s", error.text);
	if (json_integer_value(json_object_get(*document, "schema")) == SCHEMA)
		return MC_OK;
	json_decref(*document);
	*document = NULL;
	return mc_error(MC_REFUSED, "gossipd speaks another version than this maxctl");
}

/**
 * gossip_get() - a document of gossipd
 * @socket_path: where it listens
 * @what: path of the document, such as /thermal/state
 * @document: written: an object; for json_decref()
 *
 * Return: MC_OK, or an exit code with the error said.
 */
int gossip_get(const char *socket_path, const char *what, json_t **document)
{
	char *answer = NULL;
	size_t len = 0;
	int fd, err;

	*document = NULL;
	fd = connect_to(socket_path);
	if (fd < 0)
		return -fd;
	err = ask(fd, what);
	if (!err)
		err = listen_to(fd, &answer, &len);
	if (!err)
		err = understand(answer, len, what, document);
	free(answer);
	close(fd);
	return err;
}
