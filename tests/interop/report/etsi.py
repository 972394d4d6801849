"""etsi.py KALEM CASES FOLDER: every row's validation report is valid by the schema of TS 119 102-2, and says what the exit code says.

The schemas are not ours to give away: the folder that SIGN_SCHEMAS names has them, or ../shared/schemas beside the project. Rows
whose columns kalem's options cannot say (an anchor for one purpose, or with a sunset date) are left to the tests of cases.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

IMPORTED = {
    "http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
    "http://www.w3.org/TR/2008/REC-xmldsig-core-20080610/xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
    "http://uri.etsi.org/01903/v1.3.2/XAdES.xsd": "XAdES.xsd",
    "http://uri.etsi.org/19612/v2.2.1/ts_119612v020201_201601xsd.xsd": "ts_119612v020401_xsd.xsd",
    "http://www.w3.org/2001/xml.xsd": "xml.xsd",
}
MAIN = ("total-passed", "total-failed", "indeterminate")


def write_catalog(path, schemas):
    rows = "".join(f'<system systemId="{url}" uri="file://{schemas / name}"/>\n' for url, name in IMPORTED.items())
    path.write_text(f'<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">\n{rows}</catalog>\n')


def command(kalem, row, out):
    _, file, content, trust, crl, ocsp, at, policy = row[:8]
    args = [kalem, "verify", file, "--offline", "--quiet", "--config", "/dev/null", "--report", f"etsi={out}"]
    for option, value in (("content", content), ("at", at), ("policy", policy)):
        args += [] if value == "-" else [f"--{option}", value]
    for option, values in (("trust", trust), ("crl", crl), ("ocsp", ocsp)):
        for value in [] if values == "-" else values.split(","):
            args += [f"--{option}", value]
    return args


def rows(cases):
    for line in open(cases, encoding="utf-8"):
        row = line.rstrip("\n").split("\t")
        if not line.startswith("#") and len(row) >= 10 and not re.search("[:@+]", " ".join(row[2:6])):
            yield row


def lint(schemas, catalog, files):
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", str(schemas / "TS119102-2-v141.xsd"), *map(str, files)],
        capture_output=True, text=True, env=dict(os.environ, XML_CATALOG_FILES=str(catalog)))
    return {f for f in files if f"{f} validates" in done.stderr}, done.stderr


def main(kalem, cases, folder):
    schemas = pathlib.Path(os.environ.get("SIGN_SCHEMAS") or os.environ["SIGN_TEST_SOURCE"] + "/../shared/schemas").resolve()
    if not (schemas / "TS119102-2-v141.xsd").is_file():
        print("ok - validation reports # SKIP no schemas in SIGN_SCHEMAS or ../shared/schemas")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        write_catalog(work / "catalog", schemas)
        files = {}
        for row in rows(cases):
            out = work / f"{row[0]}.xml"
            done = subprocess.run(command(kalem, row, out), cwd=folder, capture_output=True, text=True)
            said = re.findall("SignatureValidationStatus>\\s*<MainIndication>urn:etsi:019102:mainindication:([a-z-]*)<",
                              out.read_text(encoding="utf-8")) if out.exists() else []
            if done.returncode == 3 and not said:  # no signature: there is nothing to report
                continue
            if done.returncode > 2 or done.returncode not in [MAIN.index(s) for s in said if s in MAIN]:
                print(f"not ok - {row[0]}: exit {done.returncode}, the report says {said}: {done.stderr.strip()}")
                failed = 1
            else:
                files[out] = row[0]
        valid, told = lint(schemas, work / "catalog", list(files))
        for file, name in files.items():
            if file not in valid:
                print(f"not ok - {name}: not valid by the schema")
                failed = 1
        if failed:
            print("\n".join("# " + line for line in told.splitlines() if "error" in line)[:4000])
        else:
            print(f"ok - {len(files)} validation reports are valid by the schema and say what the exit code says")
        wrong = work / "wrong.xml"
        wrong.write_text('<ValidationReport xmlns="http://uri.etsi.org/19102/v1.4.1#"><Wrong/></ValidationReport>')
        no = not lint(schemas, work / "catalog", [wrong])[0]
        print(("ok" if no and len(files) > 100 else "not ok") + " - the schema can say no, and there was something to say yes to")
        failed = failed or not no or len(files) <= 100
    return int(failed)


sys.exit(main(*sys.argv[1:]))
