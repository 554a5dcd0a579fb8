/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of "maxctl gossip" share.
 */
#ifndef MAXCTL_GOSSIP_H
#define MAXCTL_GOSSIP_H

#include "maxctl.h"

#define GOSSIP_SOCKET "/run/gossipd/http.sock"

/* gossip_http.c */
int gossip_get(const char *socket_path, const char *what, json_t **document);

#endif /* MAXCTL_GOSSIP_H */
