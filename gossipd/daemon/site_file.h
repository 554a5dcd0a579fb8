/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The site description: which nodes there are, where they stand, what cools and what feeds them.
 * JSON, by Documentation/gossip-site.schema.json; errors say where by a JSON pointer.
 */
#ifndef GOSSIPD_SITE_FILE_H
#define GOSSIPD_SITE_FILE_H

#include <stddef.h>

#include "config.h"
#include "site.h"

#define SITE_FILE_BYTES_MAX (16 << 20)

/**
 * struct site_file - a site, and what the core does not need of it
 * @site: for the core
 * @addr: of each node of @site, by the same index; AF_UNSPEC if the file does not say
 */
struct site_file {
	struct site site;
	union config_addr *addr;
};

int site_file_load(const char *path, struct site_file **out, struct config_errors *errors);
int site_file_parse(const char *name, const char *text, size_t len, struct site_file **out,
		    struct config_errors *errors);
void site_file_free(struct site_file *file);

#endif /* GOSSIPD_SITE_FILE_H */
