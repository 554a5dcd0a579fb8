/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bounded proofs share. A proof is a function without arguments that PROOF() opens.
 * prove.py has CBMC execute it, for all values of what is nondeterministic at once, and reads these
 * lines of the comment above it:
 *
 *	cbmc: OPTIONS		for CBMC, beside the checks that all proofs have
 *	class: short		part of "make prove-short", too
 *	wraps: FUNCTION...	unsigned arithmetic in there wraps on purpose
 *	nondet: FUNCTION...	may return anything: the proof holds whatever it does
 *
 * With CANARY defined each claim becomes one that must fail where it is reached: assumptions that
 * contradict each other would make every proof succeed.
 */
#ifndef MAXWELL_PROOF_H
#define MAXWELL_PROOF_H

#include "pure.h"

/* As the kernel's, which evaluate an argument once: those of pure.h would double each product. */
#undef min
#undef max
#undef clamp
#define min(a, b) ({ __auto_type a_ = (a); __auto_type b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __auto_type c_ = (a); __auto_type d_ = (b); c_ > d_ ? c_ : d_; })
#define clamp(v, lo, hi)							\
	({ __auto_type v_ = (v); __auto_type lo_ = (lo); __auto_type hi_ = (hi);	\
	   v_ < lo_ ? lo_ : v_ > hi_ ? hi_ : v_; })

#define PROOF(name) void name(void); void name(void)

bool nondet_bool(void);
u8 nondet_u8(void);
u16 nondet_u16(void);
u32 nondet_u32(void);
u64 nondet_u64(void);
s32 nondet_s32(void);
s64 nondet_s64(void);

/* What a proof takes for granted; its comment says why it may. */
#define ASSUME(cond) __CPROVER_assume(cond)

#ifdef CANARY
#define CLAIM(cond, what) __CPROVER_assert(0, what)
#define REACHABLE(cond, what) __CPROVER_assert(!(cond), what)
#else
/* What is proven. */
#define CLAIM(cond, what) __CPROVER_assert(cond, what)
/* A case that the proof has to cover; looked at with CANARY only. */
#define REACHABLE(cond, what) ((void)0)
#endif

/* A number from @lo to @hi. */
static inline u32 any_u32(u32 lo, u32 hi)
{
	u32 number = nondet_u32();

	ASSUME(number >= lo && number <= hi);
	return number;
}

static inline u64 any_u64(u64 lo, u64 hi)
{
	u64 number = nondet_u64();

	ASSUME(number >= lo && number <= hi);
	return number;
}

#endif /* MAXWELL_PROOF_H */
