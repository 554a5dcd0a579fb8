#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Runs the bounded proofs with CBMC, one on each CPU, and prints KTAP; see proof.h.

Usage: prove.py [--short] [--claims] [--kernel DIR] [--seconds N] [--cbmc CBMC] [PATTERN...]

--short takes the proofs of class short only, --kernel the policy files of another directory, and
patterns those whose "file.proof" contains one of them. Each proof runs twice: as it is, when all
claims and checks have to hold, and with CANARY, when all claims have to fail, as each has to be
reached.
"""

import argparse
import dataclasses
import functools
import json
import multiprocessing
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
# Beside what CBMC checks by itself: bounds, pointers, division by 0, shifts, signed overflow, loops
# that go on.
CHECKS = ["--unsigned-overflow-check", "--conversion-check", "--pointer-overflow-check"]
PROOF = re.compile(r"/\*(?P<comment>(?:[^*]|\*(?!/))*)\*/\nPROOF\((?P<name>\w+)\)")


@dataclasses.dataclass
class Proof:
    """One proof, and what its comment says of it."""

    file: pathlib.Path
    name: str
    options: list
    short: bool
    wraps: set
    nondet: list

    @property
    def title(self):
        """What KTAP and patterns call it."""
        return f"{self.file.stem.removeprefix('prove_')}.{self.name}"


class ProofError(Exception):
    """Why a proof failed."""


def words(comment, key):
    """The words of all lines "key: ..." of a comment."""
    return [word for line in comment.splitlines()
            for word in re.sub(r"^[ \t*]+", "", line).split()[1:]
            if re.match(rf"[ \t*]*{key}:", line)]


def proofs_of(path):
    """The proofs of a file, in its order."""
    text = path.read_text(encoding="utf-8")
    found = [Proof(path, match["name"], words(match["comment"], "cbmc"),
                   "short" in words(match["comment"], "class"),
                   set(words(match["comment"], "wraps")), words(match["comment"], "nondet"))
             for match in PROOF.finditer(text)]
    if len(found) != text.count("\nPROOF("):
        sys.exit(f"prove.py: {path}: a PROOF() without a comment right above it")
    return found


def run_limited(command, seconds):
    """Run a command, within so much time of the CPU: what else the machine does does not count."""
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU,
                                                                (seconds, seconds)))
    if done.returncode in (-signal.SIGKILL, -signal.SIGXCPU):
        raise ProofError(f"not done within {seconds} s of CPU time")
    return done


def without_bodies(proof, args, defines, scratch):
    """Compile a proof; functions that it lists return anything and do nothing."""
    program = str(pathlib.Path(scratch, "program"))
    regex = "|".join(proof.nondet)
    for command in (["goto-cc", *defines, "-I", str(args.kernel), "-I", str(TREE),
                     "--function", proof.name, "-o", program, str(proof.file)],
                    ["goto-instrument", "--remove-function-body", proof.nondet[0],
                     *(word for name in proof.nondet[1:]
                       for word in ("--remove-function-body", name)), program, program],
                    ["goto-instrument", "--generate-function-body", regex,
                     "--generate-function-body-options", "nondet-return", program, program]):
        done = run_limited(command, args.seconds)
        if done.returncode:
            raise ProofError(f"{command[0]}: {done.stdout}{done.stderr}")
    return [program]


def cbmc(proof, args, extra, defines=()):
    """Run CBMC; returns its list of results."""
    source = [*defines, "-I", str(args.kernel), "-I", str(TREE), str(proof.file)]
    with tempfile.TemporaryDirectory() as scratch:
        if proof.nondet:
            source = without_bodies(proof, args, defines, scratch)
        done = run_limited([args.cbmc, "--json-ui", "--drop-unused-functions", "--function",
                            proof.name, *proof.options, *extra, *source], args.seconds)
    try:
        messages = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise ProofError(f"cbmc ended with status {done.returncode}: {done.stderr}") from error
    for message in messages:
        if "result" in message:
            return message["result"]
    texts = [m["messageText"] for m in messages if m.get("messageType") in ("ERROR", "WARNING")]
    raise ProofError("\n".join(texts) or f"cbmc ended with status {done.returncode}")


def where(result):
    """A property as one line."""
    place = result.get("sourceLocation", {})
    return (f"{pathlib.Path(place.get('file', '?')).name}:{place.get('line', '?')}: "
            f"{place.get('function', '?')}(): {result['description']}")


def wraps(proof, result):
    """Whether this is unsigned arithmetic that may wrap."""
    return (re.match("arithmetic overflow on (unsigned|signed to unsigned)",
                     result["description"]) and
            result.get("sourceLocation", {}).get("function") in proof.wraps)


def holds(proof, args):
    """The proof itself; returns how many claims and checks there were."""
    # With threads CBMC cannot check pointers, and asked for its own checks it refuses to try.
    results = cbmc(proof, args, [] if "--no-standard-checks" in proof.options else CHECKS)
    wrong = [r for r in results if r["status"] != "SUCCESS" and not wraps(proof, r)]
    if wrong:
        raise ProofError("\n".join(f"{r['status']}: {where(r)}" for r in wrong))
    unused = proof.wraps - {r["sourceLocation"]["function"] for r in results
                            if wraps(proof, r) and r["status"] == "FAILURE"}
    if unused:
        raise ProofError(f"nothing wraps in {', '.join(sorted(unused))}")
    return len(results)


def is_not_vacuous(proof, args):
    """Each claim is reached; returns how many there are."""
    results = [r for r in cbmc(proof, args, ["--no-standard-checks"], ["-DCANARY"])
               if ".assertion." in r["property"]]
    missed = [r for r in results if r["status"] != "FAILURE"]
    if not results:
        raise ProofError("claims nothing")
    if missed:
        raise ProofError("\n".join(f"never reached: {where(r)}" for r in missed))
    return len(results)


def cpu_s():
    """CPU time of the children so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def attempt(proof, args):
    """Run one proof; returns whether it passed, what is said of it, why it failed, its CPU time."""
    start = cpu_s()
    remark, why = "", ""
    try:
        checks = holds(proof, args)
        claims = 0 if args.claims else is_not_vacuous(proof, args)
        remark = f", {checks} checks, {claims} points reached"
    except ProofError as error:
        why = str(error) or "no reason given"
    return not why, remark, why, cpu_s() - start


def run_all(proofs, args):
    """Run proofs, print a line of each in their order; returns how many passed."""
    total_s = passed = 0
    with multiprocessing.Pool() as pool:
        results = pool.imap(functools.partial(attempt, args=args), proofs)
        for number, (proof, (good, remark, why, took_s)) in enumerate(zip(proofs, results), 1):
            for line in why.splitlines():
                print(f"#   {line}")
            print(f"{'ok' if good else 'not ok'} {number} {proof.title} # {took_s:.1f} s{remark}",
                  flush=True)
            passed += good
            total_s += took_s
    print(f"# CPU time: {total_s:.0f} s")
    return passed


def main():
    """See the head of the file."""
    parser = argparse.ArgumentParser(description="Runs the bounded proofs with CBMC.")
    parser.add_argument("--short", action="store_true", help="the quick ones only")
    parser.add_argument("--claims", action="store_true", help="without the run with CANARY")
    parser.add_argument("--kernel", type=pathlib.Path, default=TREE / "kernel",
                        help="directory of the policy files")
    parser.add_argument("--seconds", type=int, default=900,
                        help="limit for each run of CBMC, of CPU time")
    parser.add_argument("--cbmc", default="cbmc", help="the model checker")
    parser.add_argument("pattern", nargs="*", help="part of the name of a proof")
    args = parser.parse_args()
    proofs = [p for path in sorted(HERE.glob("prove_*.c")) for p in proofs_of(path)
              if (p.short or not args.short) and
              (not args.pattern or any(word in p.title for word in args.pattern))]
    if not proofs:
        sys.exit("prove.py: no proof matches")
    version = subprocess.run([args.cbmc, "--version"], capture_output=True, text=True, check=True)
    print(f"KTAP version 1\n# CBMC {version.stdout.strip()}\n1..{len(proofs)}", flush=True)
    passed = run_all(proofs, args)
    print(f"{passed} passed, {len(proofs) - passed} failed, 0 skipped")
    sys.exit(passed != len(proofs))


if __name__ == "__main__":
    main()
