// SPDX-License-Identifier: GPL-2.0
/*
 * Where the server listens. libwebsockets tries for ever, and says nothing, where it cannot bind;
 * so each address is bound to by a socket of our own first, which says why not. It also keeps our
 * texts, and takes away the Unix socket by its name whoever has that by then: the texts are the
 * server's own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config_keys.h"
#include "http_internal.h"
#include "log.h"

/* Between two looks whether an address is there by now. */
#define RETRY_NS UINT64_C(2000000000)

static int open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* Whether an address can be bound to; what is left of a Unix socket is for the caller. */
static int try_bind(const struct sockaddr *addr, socklen_t len)
{
	int fd = open_socket(addr->sa_family), err = 0, one = 1;

	if (fd < 0)
		return fd;
	if (addr->sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (addr->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	/* The other who is bound to it may not listen yet. */
	if (bind(fd, addr, len) || (addr->sa_family != AF_UNIX && listen(fd, 1)))
		err = -errno;
	close(fd);
	return err;
}

/* What a crash has left there would be in the way; what is no socket, or is in use, is not ours. */
static int clear_path(const struct sockaddr_un *at)
{
	struct stat st;
	int fd, err;

	if (lstat(at->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = open_socket(AF_UNIX);
	if (fd < 0)
		return fd;
	err = connect(fd, (const struct sockaddr *)at, sizeof(*at)) ? errno : 0;
	close(fd);
	if (err == EACCES || err == EPERM)
		return -err;
	if (err != ECONNREFUSED && err != ENOENT)
		return -EADDRINUSE;
	return unlink(at->sun_path) && errno != ENOENT ? -errno : 0;
}

static int open_unix(struct http *http)
{
	struct lws_context_creation_info info = http_creation(http);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct stat st;
	int err;

	if (strlen(http->unix_path) >= sizeof(at.sun_path))
		return -ENAMETOOLONG;
	memcpy(at.sun_path, http->unix_path, strlen(http->unix_path));
	err = clear_path(&at);
	if (!err)
		err = try_bind((const struct sockaddr *)&at, sizeof(at));
	if (err)
		return err;
	unlink(http->unix_path);
	info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
	info.iface = http->unix_path;
	info.vhost_name = "unix";
	info.port = 0;
	http->unix_host = lws_create_vhost(http->context, &info);
	if (!http->unix_host)
		return -EADDRNOTAVAIL;
	if (lstat(http->unix_path, &st))
		return -errno;
	http->unix_dev = st.st_dev;
	http->unix_ino = st.st_ino;
	return chmod(http->unix_path, 0660) ? -errno : 0;
}

static int open_addr(struct http *http, struct http_place *place)
{
	struct lws_context_creation_info info = http_creation(http);
	union config_addr host = place->addr;
	bool ipv4 = host.sa.sa_family == AF_INET;
	int err;

	err = try_bind(&place->addr.sa, ipv4 ? sizeof(host.in) : sizeof(host.in6));
	if (err)
		return err;
	host.in.sin_port = 0;
	config_format_addr(&host, place->host, sizeof(place->host));
	info.iface = place->host;
	info.vhost_name = place->name;
	info.port = ntohs(place->addr.in.sin_port);
	if (ipv4)
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	else
		info.options |= LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY |
				LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE;
	/* Or it would try again and again, and say it is well. */
	info.options |= LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
	return lws_create_vhost(http->context, &info) ? 0 : -EADDRINUSE;
}

/* An address of a network may come later, and gossip does not wait for it. */
static int open_place(struct http *http, struct http_place *place)
{
	int err = open_addr(http, place);

	if (err == -EADDRNOTAVAIL && !config_is_loopback(&place->addr)) {
		log_warning("cannot serve HTTP on %s yet, will try again: %s", place->name,
			    strerror(-err));
		place->waits = true;
		return 0;
	}
	if (err)
		log_error("cannot serve HTTP on %s: %s", place->name, strerror(-err));
	return err;
}

/**
 * http_bind() - listen everywhere
 * @http: server with its context and its settings
 * @listen: addresses
 *
 * Return: 0, or a negative errno; the log has it then.
 */
int http_bind(struct http *http, const struct config_addrs *listen)
{
	int err = 0;
	size_t i;

	if (http->unix_path) {
		err = open_unix(http);
		if (err)
			log_error("cannot serve HTTP on %s: %s", http->unix_path,
				  err == -EEXIST ? "what is there is no socket" : strerror(-err));
	}
	for (i = 0; !err && i < listen->nr && i < CONFIG_LISTEN_MAX; i++) {
		struct http_place *place = &http->places[http->nr_places++];

		place->addr = listen->addr[i];
		config_format_addr(&place->addr, place->name, sizeof(place->name));
		err = open_place(http, place);
	}
	return err;
}

/**
 * http_bind_late() - listen on addresses that are there by now
 * @http: server that runs; called now and then
 */
void http_bind_late(struct http *http)
{
	uint64_t now_ns = uv_hrtime();
	size_t i;
	int err;

	if (now_ns < http->retry_ns)
		return;
	http->retry_ns = now_ns + RETRY_NS;
	for (i = 0; i < http->nr_places; i++) {
		struct http_place *place = &http->places[i];

		if (!place->waits)
			continue;
		err = open_addr(http, place);
		if (err == -EADDRNOTAVAIL)
			continue;
		place->waits = false;
		if (err)
			log_error("cannot serve HTTP on %s: %s", place->name, strerror(-err));
		else
			log_info("serves HTTP on %s", place->name);
	}
}

/**
 * http_unbind() - see to it that the Unix socket goes with us if it is still ours, and only then
 * @http: server about to end
 */
void http_unbind(struct http *http)
{
	struct stat st;

	if (!http->unix_path)
		return;
	if (http->unix_ino && !lstat(http->unix_path, &st) && st.st_ino == http->unix_ino &&
	    st.st_dev == http->unix_dev)
		unlink(http->unix_path);
	/* libwebsockets will take away what has that name. */
	http->unix_path[0] = '\0';
}
