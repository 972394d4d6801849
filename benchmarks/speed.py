#!/usr/bin/env python3
"""speed.py NUMBERS.json: the rows of bench beside `openssl speed`, which is run here and now, one thread.

`openssl speed` measures by processor time, bench by wall time less the time a thread waited for a processor."""
import json
import subprocess
import sys

def speeds():
    out = subprocess.run(["openssl", "speed", "-mr", "-seconds", "2", "rsa2048", "ecdsap256", "ecdsap384"],
                         capture_output=True, text=True, check=True).stdout
    found = {}
    for line in out.splitlines():  # +F2:index:bits:signatures per second:verifications per second
        if line.startswith("+F2:") or line.startswith("+F4:"):
            _, _, bits, sign, verify = line.split(":")
            kind = ("rsa" if line[2] == "2" else "p") + bits
            found[kind] = {"sign": float(sign), "verify": float(verify)}
    return found


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        rows = json.load(f)
    print("\n%-36s %-12s %12s %14s %6s" % ("row", "kind", "libsign", "openssl speed", "ratio"))
    for kind, speed in sorted(speeds().items()):
        for row in rows:
            words = row["row"].split(", ")
            ours = row["who"].startswith("libsign") and row["threads"] == 1 and row["unit"] == "1/s"
            if not ours or kind not in row["row"] or "report" in row["row"] or "token" in row["row"]:
                continue
            per = speed["sign" if "sign," in row["row"] or words[0] == "sign" else "verify"]
            print("%-36s %-12s %12.0f %14.0f %6.2f" % (row["row"], kind, row["median"], per, row["median"] / per))


if __name__ == "__main__":
    main()
