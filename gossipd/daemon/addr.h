/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Socket addresses as the core has them: bytes that are the same if the address is the same.
 */
#ifndef GOSSIPD_ADDR_H
#define GOSSIPD_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "config.h"
#include "gossip.h"

/* An IPv6 address, its interface, brackets and the port, the terminating byte included. */
#define ADDR_TEXT_LEN 80

bool addr_from_sock(const struct sockaddr *sock, struct gossip_addr *addr);
socklen_t addr_to_sock(const struct gossip_addr *addr, union config_addr *sock);
const char *addr_text(const struct gossip_addr *addr, char text[ADDR_TEXT_LEN]);
const char *addr_sock_text(const union config_addr *sock, char text[ADDR_TEXT_LEN]);

#endif /* GOSSIPD_ADDR_H */
