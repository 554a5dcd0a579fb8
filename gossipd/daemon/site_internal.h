/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the reader of the site file share; nobody else includes this.
 */
#ifndef GOSSIPD_SITE_INTERNAL_H
#define GOSSIPD_SITE_INTERNAL_H

#include <jansson.h>

#include "site_file.h"

#define SITE_POINTER_LEN 64

enum site_kind {
	NAME,		/* a name of its own, into char[SITE_NAME_LEN] */
	ID,		/* UUID, into struct gw_id */
	ADDR,		/* address:port, into site_file.addr */
	NUMBER,		/* whole, from @min to @max, into an unsigned integer of @size */
	KILOWATTS,	/* above 0 and up to @max, into uint64_t as watts */
	SHARE,		/* 0 to 1, into a double */
	PLACE,		/* a name, that becomes a number by @map as it first comes */
	ZONE,		/* the number of a zone */
	REFERENCE,	/* the name of something that the list @map has */
};

/* What names are of; each has a map of its own from name to number. */
enum site_map { NODES, SUPPLIES, CHASSIS, RACKS, ROWS, LOOPS, MAPS };

/**
 * struct site_member - a member that an object may have
 * @name: of it
 * @kind: of its value
 * @needed: it has to be there
 * @offset: where it goes
 * @size: how much that is
 * @min: of a number
 * @max: likewise
 * @map: of a name
 */
struct site_member {
	const char *name;
	enum site_kind kind;
	bool needed;
	size_t offset;
	size_t size;
	double min, max;
	enum site_map map;
};

/**
 * struct site_reader - a file while it is read
 * @name: for errors
 * @file: what comes of it
 * @map: from names to numbers
 * @errors: what is wrong
 */
struct site_reader {
	const char *name;
	struct site_file *file;
	json_t *map[MAPS];
	struct config_errors *errors;
};

void site_complain(struct site_reader *r, const char *where, const char *what, const char *more);
bool site_name_right(const char *name);
const char *site_read_value(struct site_reader *r, const struct site_member *m,
			    const json_t *value, void *to, size_t index);

#endif /* GOSSIPD_SITE_INTERNAL_H */
