/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The real cryptography, for a share of the worlds.
 */
#ifndef SIM_REAL_H
#define SIM_REAL_H

#include "sim.h"

bool sim_sodium_start(void);
void sim_sodium_init(struct sim_node *n, const uint8_t seed[32]);
void sim_sodium_sign(const uint8_t secret[SEAL_SECRET_BYTES], const uint8_t *bytes, size_t len,
		     struct gw_sig *signature);
void sim_sodium_keys(const uint8_t seed[32], uint8_t secret[SEAL_SECRET_BYTES],
		     struct gw_key *public_key);

#endif /* SIM_REAL_H */
