"""drain3 with its default configuration: one JSON array of messages a line in, groups and seconds of passes over them out."""

import json
import logging
import sys
import time

from drain3 import TemplateMiner

logging.disable(logging.CRITICAL)
PASSES = 15


def measure(messages: list[str]) -> dict:
    seconds, ids = [], []
    for _ in range(PASSES):
        miner = TemplateMiner()
        begin = time.perf_counter()
        ids = [miner.add_log_message(message)["cluster_id"] for message in messages]
        seconds.append(time.perf_counter() - begin)
    return {"ids": [str(one) for one in ids], "seconds": seconds}


for line in sys.stdin:
    print(json.dumps(measure(json.loads(line))), flush=True)
