"""Packs models of a survey into one zip for the tests: what is marked as kept, or everything but networks and training.

    python pack.py SURVEY_DIR FORMAT OUT.zip [--whole]

FORMAT is h5 or keras: of each model one file is taken, with its record. Entries have a fixed date, so that the same files give the same
zip. --whole takes every layer and operator, not only those that are kept.
"""

import json
import pathlib
import sys
import zipfile

import registry


def main():
    folder, form, out = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    whole = "--whole" in sys.argv
    names = sorted(e.name for e in registry.all_entries() if e.kept or whole and e.group in ("layer", "operator"))
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        for name in names:
            model, record = folder / (name + "." + form), folder / (name + ".json")
            if not model.exists() or not record.exists():
                continue
            if model.stat().st_size > 200_000:
                print("left out, too large:", name, model.stat().st_size)
                continue
            r = json.loads(record.read_text())
            for arrays in [r["inputs"], r["outputs"]] + ([r["fit"]["labels"], r["fit"]["outputs"]] if "fit" in r else []):
                for a in arrays:
                    a["data"] = [float("%.7g" % v) for v in a["data"]]
            for path, data in ((model.name, model.read_bytes()), (record.name, json.dumps(r, separators=(",", ":")).encode())):
                info = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                z.writestr(info, data)
            count += 1
    print(count, "models,", pathlib.Path(out).stat().st_size, "bytes")


if __name__ == "__main__":
    main()
