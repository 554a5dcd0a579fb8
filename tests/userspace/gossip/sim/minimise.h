/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fewer kinds of trouble for a world that breaks a rule. See minimise.c.
 */
#ifndef SIM_MINIMISE_H
#define SIM_MINIMISE_H

#include <stdbool.h>

#include "options.h"

unsigned int minimise(struct sim_options *opt, bool (*breaks)(const struct sim_options *));

#endif /* SIM_MINIMISE_H */
