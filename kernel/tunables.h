/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tunables, declared once.
 *
 * /sys/kernel/maxwell/NAME, Documentation/ABI/testing/sysfs-kernel-maxwell, "maxctl tune" and the
 * tests all follow from this list; it compiles in the kernel and in user space.
 *
 * MAXWELL_TUNABLES(X) expands X(name, default, min, max, unit, doc) for each; every value is a u32.
 */
#ifndef MAXWELL_TUNABLES_H
#define MAXWELL_TUNABLES_H

#define MAXWELL_TUNABLES(X)                                                                        \
	X(slice_us, 4000, 100, 100000, "us",                                                       \
	  "Time that the winner of an auction runs before the next one. No more than 7/64 of "     \
	  "max_wait_ms takes effect.")                                                             \
	X(slice_min_us, 500, 50, 20000, "us",                                                      \
	  "Shortest slice on the survival share, however many tasks wait for one.")                \
	X(base_price_cents, 10, 1, 1000000, "cents per CPU-second",                                \
	  "Reserve price of a CPU while every multiplier is 1.0.")                                 \
	X(default_bid_cents, 1000, 1, 100000000, "cents per CPU-second",                           \
	  "Bid of a task at nice 0 that has set none; it scales with the weight of nice.")         \
	X(survival_share_permille, 50, 1, 500, "permille of a CPU",                                \
	  "Share of a CPU that serves the longest waiting tasks whatever they bid. Exceeded only " \
	  "to keep max_wait_ms.")                                                                  \
	X(max_wait_ms, 1000, 20, 4000, "ms",                                                       \
	  "Longest time that a runnable task waits for a CPU. Held while the tasks waiting on a "  \
	  "CPU times slice_min_us stay below it.")                                                 \
	X(safe_multiplier_permille, 2000, 1000, 1000000, "permille",                               \
	  "What a multiplier rises to when its lease runs out. One that is higher already stays.") \
	X(safe_ramp_ms, 2000, 0, 60000, "ms",                                                      \
	  "Duration of the ramp from the multiplier's last value to the safe one.")                \
	X(slope_horizon_ms, 1000, 0, 60000, "ms",                                                  \
	  "How far ahead of a multiplier's last setting its slope is extrapolated.")               \
	X(demand_gain_permille, 0, 0, 10000, "permille per waiting task",                          \
	  "How much each task that waits on a CPU (moving average) raises its reserve.")           \
	X(steal_victims, 4, 0, 32, "CPUs",                                                         \
	  "Other CPUs of a neighbourhood (core, cache, node, machine) whose books are looked at "  \
	  "in one search for a better bid; 0 turns stealing off.")                                 \
	X(steal_interval_us, 1000, 0, 1000000, "us",                                               \
	  "Shortest time between two searches by a CPU that has work of its own.")                 \
	X(default_income_cents, 0, 0, 1000000000, "cents per second",                              \
	  "Income of a user's default wallet; 0 makes these wallets unlimited.")                   \
	X(wallet_cap_ms, 10000, 100, 86400000, "ms",                                               \
	  "Cap of a wallet that was given none: what it earns in this time.")                      \
	X(wallet_half_life_ms, 60000, 0, 2592000000U, "ms",                                        \
	  "Half-life of idle money in a wallet that was given none; 0 for no evaporation.")        \
	X(user_income_max_cents, 0, 0, 1000000000, "cents per second",                             \
	  "Largest sum of the incomes of the wallets that one user owns; 0 for no limit. What "    \
	  "would exceed it is refused.")                                                           \
	X(pacing_ms, 8000, 0, 60000, "ms",                                                         \
	  "A wallet that holds what it earns in this time bids in full; with less, its bids "      \
	  "shrink by an octave for each sixteenth that is missing. 0 turns pacing off.")           \
	X(gpu_count, 1, 0, 16, "GPUs",                                                             \
	  "GPUs whose time is auctioned, numbered from 0.")                                        \
	X(gpu_slice_ms, 20, 10, 100, "ms",                                                         \
	  "Longest lease of a GPU before the next auction.")                                       \
	X(gpu_grace_ms, 5, 0, 1000, "ms",                                                          \
	  "How long a lease may be overstayed, and is charged for, before it is taken away.")      \
	X(gpu_base_price_cents, 10, 1, 1000000, "cents per GPU-second",                            \
	  "Reserve price of a GPU.")                                                               \
	X(gpu_busy_gain_permille, 0, 0, 100000, "permille",                                        \
	  "What GPUs that are all under lease all the time (moving average) add to the gpu "       \
	  "multiplier, beside what is set over netlink.")                                          \
	X(sample_ms, 1000, 0, 60000, "ms",                                                         \
	  "Period of the samples that the netlink group 'auction' gets; 0 turns them off.")

#endif /* MAXWELL_TUNABLES_H */
