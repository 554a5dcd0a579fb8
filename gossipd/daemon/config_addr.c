// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses as text. By numbers alone: nothing is looked up, a check says the same on any machine.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "config_keys.h"

/**
 * config_parse_host - an IPv4 or IPv6 address by numbers, without a port
 * @text: the address
 * @addr: it goes here
 *
 * Return: false if it is none
 */
bool config_parse_host(const char *text, union config_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, &addr->in.sin_addr) == 1) {
		addr->sa.sa_family = AF_INET;
		return true;
	}
	if (inet_pton(AF_INET6, text, &addr->in6.sin6_addr) == 1) {
		addr->sa.sa_family = AF_INET6;
		return true;
	}
	memset(addr, 0, sizeof(*addr));
	return false;
}

/**
 * config_parse_addr - an address and a port by numbers
 * @text: "192.0.2.7:7460" or "[2001:db8::7]:7460"
 * @addr: it goes here
 *
 * Return: false if it is none
 */
bool config_parse_addr(const char *text, union config_addr *addr)
{
	char host[INET6_ADDRSTRLEN];
	const char *colon = strrchr(text, ':');
	bool brackets = *text == '[';
	size_t len, digits;
	unsigned long port;

	memset(addr, 0, sizeof(*addr));
	if (!colon)
		return false;
	digits = strspn(colon + 1, "0123456789");
	if (!digits || digits > 5 || colon[1 + digits])
		return false;
	port = strtoul(colon + 1, NULL, 10);
	len = (size_t)(colon - text);
	if (brackets) {
		if (len < 2 || text[len - 1] != ']')
			return false;
		text++;
		len -= 2;
	}
	if (!port || port > UINT16_MAX || len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (!config_parse_host(host, addr) ||
	    addr->sa.sa_family != (brackets ? AF_INET6 : AF_INET)) {
		memset(addr, 0, sizeof(*addr));
		return false;
	}
	/* At the same place in both. */
	addr->in.sin_port = htons((uint16_t)port);
	return true;
}

/**
 * config_format_addr - an address as text
 * @addr: with the port 0 the address alone is written
 * @out: text, "none" for AF_UNSPEC
 * @room: at least 56 bytes
 */
void config_format_addr(const union config_addr *addr, char *out, size_t room)
{
	char host[INET6_ADDRSTRLEN] = "none";
	unsigned int port = 0;

	if (addr->sa.sa_family == AF_INET) {
		inet_ntop(AF_INET, &addr->in.sin_addr, host, sizeof(host));
		port = ntohs(addr->in.sin_port);
	} else if (addr->sa.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &addr->in6.sin6_addr, host, sizeof(host));
		port = ntohs(addr->in6.sin6_port);
	}
	if (!port)
		snprintf(out, room, "%s", host);
	else if (addr->sa.sa_family == AF_INET6)
		snprintf(out, room, "[%s]:%u", host, port);
	else
		snprintf(out, room, "%s:%u", host, port);
}

/**
 * config_is_group - whether it is a multicast address
 * @addr: the address
 *
 * Return: whether it is
 */
bool config_is_group(const union config_addr *addr)
{
	if (addr->sa.sa_family == AF_INET)
		return IN_MULTICAST(ntohl(addr->in.sin_addr.s_addr));
	return addr->sa.sa_family == AF_INET6 && IN6_IS_ADDR_MULTICAST(&addr->in6.sin6_addr);
}

/**
 * config_is_loopback - whether only this machine can reach it
 * @addr: the address
 *
 * Return: whether that is so
 */
bool config_is_loopback(const union config_addr *addr)
{
	if (addr->sa.sa_family == AF_INET)
		return ntohl(addr->in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return addr->sa.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&addr->in6.sin6_addr);
}
