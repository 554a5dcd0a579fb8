/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the ways to send a beacon have in common; see beacons.c.
 */
#ifndef BEACONS_H
#define BEACONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#define MEMBERS_MAX 64
#define ADDRESS_LEN 32
/* What a datagram with one beacon is long: header, record, tag. */
#define BEACON_BYTES 128

/**
 * struct beacon - what is sent: a number, and nothing for the rest
 * @number: of this one, from 0
 * @filling: up to the length of a real one
 */
struct beacon {
	uint64_t number;
	uint8_t filling[BEACON_BYTES - 8];
};

/**
 * struct transport - a way to get a beacon to all members
 * @name: as on the command line
 * @open: by each member, in its own network namespace; @me counts from 0
 * @send: by the first member
 * @receive: for the others: the next beacon into @beacon; does not wait
 *
 * @open returns the descriptor to wait for. @receive returns bytes, or 0 if nothing is there.
 */
struct transport {
	const char *name;
	int (*open)(int me, int members);
	void (*send)(const struct beacon *beacon);
	size_t (*receive)(struct beacon *beacon);
};

extern const struct transport none_transport, udp_multicast, udp_unicast, ib_multicast;

noreturn void give_up(const char *what);
void address_of(char out[ADDRESS_LEN], int rail, int member);

#endif /* BEACONS_H */
