/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Steps of a scripted program that have nothing to do with what it tests: files as signs, an alarm,
 * and passing an open file on to another process over a named socket.
 */
#ifndef STEPS_H
#define STEPS_H

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static inline void touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0666);

	if (fd < 0)
		err(1, "%s", path);
	close(fd);
}

static inline void sleep_ms(long duration_ms)
{
	usleep(duration_ms * 1000);
}

static inline void on_alarm(int signo)
{
	(void)signo;
}

static inline void set_alarm(long delay_ms)
{
	struct itimerval timer = { .it_value = { delay_ms / 1000, delay_ms % 1000 * 1000 } };
	/* Without SA_RESTART. */
	struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

union passfd_control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static inline int passfd_socket(struct sockaddr_un *address, const char *path)
{
	int sock = socket(AF_UNIX, SOCK_STREAM, 0);

	if (sock < 0)
		err(1, "socket");
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		errx(1, "%s: too long a path for a socket", path);
	memcpy(address->sun_path, path, strlen(path) + 1);
	return sock;
}

/* Wait for somebody at @path, and let him have @fd as well. */
static inline void passfd_give(const char *path, int fd)
{
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union passfd_control control = {};
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct sockaddr_un address;
	int sock = passfd_socket(&address, path), peer;

	if (bind(sock, (struct sockaddr *)&address, sizeof(address)) || chmod(path, 0666) ||
	    listen(sock, 1))
		err(1, "%s", path);
	peer = accept(sock, NULL, NULL);
	if (peer < 0)
		err(1, "accept");
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(peer, &msg, 0) != 1)
		err(1, "sendmsg");
	close(peer);
	close(sock);
}

/* Wait until somebody gives a file away at @path. */
static inline int passfd_take(const char *path)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union passfd_control control = {};
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct sockaddr_un address;
	int sock = passfd_socket(&address, path), fd;

	while (connect(sock, (struct sockaddr *)&address, sizeof(address)))
		usleep(1000);
	if (recvmsg(sock, &msg, 0) != 1 || control.header.cmsg_type != SCM_RIGHTS)
		err(1, "recvmsg");
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	close(sock);
	return fd;
}

#endif /* STEPS_H */
