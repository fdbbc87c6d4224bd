"""python -m chaos [--seed N] [--kills N] [--only-kills] [--readings-alone] [--store NAME]"""

import argparse
import secrets
import signal
import sys

from rich.console import Console

from chaos.mqtt import BrokerAbsent
from chaos.report import OUT, show, write
from chaos.run import Options, run
from chaos.stage import StoreAbsent


def main() -> int:
    """0: nothing was lost; 1: something was, and the table says what; 2: it could not be tried."""
    parser = argparse.ArgumentParser(prog="chaos", description="Hurts the product; counts losses.")
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to repeat it")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--only-kills", action="store_true", help="none of the other faults")
    parser.add_argument(
        "--readings-alone", action="store_true", help="no model, no devices that fall ill"
    )
    parser.add_argument("--store", choices=("native", "timescaledb"), default="native")
    given = parser.parse_args()
    # Ended by anybody, it still leaves nothing behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    console = Console()
    again = f"SEED={seed} KILLS={given.kills}{' ONLY_KILLS=1' if given.only_kills else ''}"
    again += " EVERYTHING=0" if given.readings_alone else ""
    console.print(f"Seed {seed}: make chaos {again} repeats these faults.", highlight=False)
    options = Options(
        seed,
        given.kills,
        not given.only_kills,
        store=given.store,
        everything=not given.readings_alone,
    )
    try:
        result = run(options, lambda words: console.print(words, highlight=False))
    except (StoreAbsent, BrokerAbsent) as absent:
        console.print(str(absent), highlight=False)
        return 2
    show(result, console)
    write(result)
    console.print(f"Written to {OUT.name}.")
    return 1 if result.violations else 0


if __name__ == "__main__":
    sys.exit(main())
