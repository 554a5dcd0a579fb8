// SPDX-License-Identifier: GPL-2.0
/*
 * Socket addresses, there and back.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"

/* Behind an address that is only good on one interface: which. */
#define SCOPED (GW_ADDRESS_IPV6 + sizeof(uint32_t))

_Static_assert(SCOPED <= GOSSIP_ADDR_BYTES, "an address has to fit");

static void append(struct gossip_addr *addr, const void *from, size_t len)
{
	memcpy(addr->byte + addr->len, from, len);
	addr->len += len;
}

/**
 * addr_from_sock() - a socket address as the core has it
 * @sock: IPv4 or IPv6
 * @addr: set: address and port in network byte order, as they may be passed on to other hosts; one
 *	that is link-local is longer by the interface, and means something here alone
 *
 * Return: false if it is neither.
 */
bool addr_from_sock(const struct sockaddr *sock, struct gossip_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (sock->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)sock;

		append(addr, &in->sin_addr, sizeof(in->sin_addr));
		append(addr, &in->sin_port, sizeof(in->sin_port));
	} else if (sock->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sock;

		append(addr, &in6->sin6_addr, sizeof(in6->sin6_addr));
		append(addr, &in6->sin6_port, sizeof(in6->sin6_port));
		/* Elsewhere the interface is the routes' business. */
		if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
			append(addr, &in6->sin6_scope_id, sizeof(uint32_t));
	} else {
		return false;
	}
	return true;
}

/**
 * addr_to_sock() - what the core has, as a socket address
 * @addr: by addr_from_sock(), or from another node
 * @sock: set
 *
 * Return: its length; 0 if @addr is no such address.
 */
socklen_t addr_to_sock(const struct gossip_addr *addr, union config_addr *sock)
{
	const uint8_t *byte = addr->byte;

	memset(sock, 0, sizeof(*sock));
	if (addr->link)
		return 0;
	if (addr->len == GW_ADDRESS_IPV4) {
		sock->in.sin_family = AF_INET;
		memcpy(&sock->in.sin_addr, byte, sizeof(sock->in.sin_addr));
		memcpy(&sock->in.sin_port, byte + 4, sizeof(sock->in.sin_port));
		return sizeof(sock->in);
	}
	if (addr->len != GW_ADDRESS_IPV6 && addr->len != SCOPED)
		return 0;
	sock->in6.sin6_family = AF_INET6;
	memcpy(&sock->in6.sin6_addr, byte, sizeof(sock->in6.sin6_addr));
	memcpy(&sock->in6.sin6_port, byte + 16, sizeof(sock->in6.sin6_port));
	if (addr->len == SCOPED)
		memcpy(&sock->in6.sin6_scope_id, byte + GW_ADDRESS_IPV6, sizeof(uint32_t));
	return sizeof(sock->in6);
}

/**
 * addr_sock_text() - a socket address for people
 * @sock: IPv4 or IPv6; of another family it is "none"
 * @text: written to
 *
 * Return: @text.
 */
const char *addr_sock_text(const union config_addr *sock, char text[ADDR_TEXT_LEN])
{
	char host[INET6_ADDRSTRLEN];
	char scope[IF_NAMESIZE + 1] = "";

	if (sock->sa.sa_family == AF_INET) {
		inet_ntop(AF_INET, &sock->in.sin_addr, host, sizeof(host));
		snprintf(text, ADDR_TEXT_LEN, "%s:%u", host, ntohs(sock->in.sin_port));
	} else if (sock->sa.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &sock->in6.sin6_addr, host, sizeof(host));
		if (sock->in6.sin6_scope_id && if_indextoname(sock->in6.sin6_scope_id, scope + 1))
			scope[0] = '%';
		snprintf(text, ADDR_TEXT_LEN, "[%s%s]:%u", host, scope,
			 ntohs(sock->in6.sin6_port));
	} else {
		snprintf(text, ADDR_TEXT_LEN, "none");
	}
	return text;
}

/**
 * addr_text() - an address of the core for people
 * @addr: by addr_from_sock()
 * @text: written to
 *
 * Return: @text.
 */
const char *addr_text(const struct gossip_addr *addr, char text[ADDR_TEXT_LEN])
{
	union config_addr sock;

	if (!addr_to_sock(addr, &sock))
		sock.sa.sa_family = AF_UNSPEC;
	return addr_sock_text(&sock, text);
}
