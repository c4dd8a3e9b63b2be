#!/usr/bin/env python3
"""Re-makes the trimmed AWS service models from an installed botocore.

    python3 trim-models.py [settings.json ...]      (default: aws-services.json beside this script)

For every service of a settings file it writes, next to that file,
  <service>.service-2.json            the operations listed ("*": all), the shapes they reach, no documentation;
  <service>.endpoint-rule-set-1.json  the whole rule set without documentation (nothing else is dropped, so no region,
                                      partition or variant is lost).
Validation traits (min, max, pattern) go as well: the clients leave validation to the service, as the official ones do.
"""
import gzip
import json
import pathlib
import sys

import botocore

DATA = pathlib.Path(botocore.__file__).parent / "data"
DROPPED = {"documentation", "documentationUrl", "min", "max", "pattern", "examples"}


def load(service, name):
    version = max(path.name for path in (DATA / service).iterdir() if path.is_dir())
    return json.loads(gzip.decompress((DATA / service / version / f"{name}.json.gz").read_bytes()))


def reachable(shapes, roots):
    """The names of all shapes that the given ones refer to, themselves included."""
    found, open_names = set(), list(roots)
    while open_names:
        name = open_names.pop()
        if name not in found:
            found.add(name)
            shape = shapes[name]
            parts = [*shape.get("members", {}).values(), *(shape[part] for part in ("member", "key", "value") if part in shape)]
            open_names += [part["shape"] for part in parts]
    return found


def without_documentation(node, is_member_map=False):
    """Drops the unneeded traits; the keys of a `members` map are names, never traits."""
    if isinstance(node, list):
        return [without_documentation(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: without_documentation(value, key in ("members", "shapes", "operations", "parameters") and not is_member_map)
            for key, value in node.items() if is_member_map or key not in DROPPED}


def trim(model, wanted):
    names = sorted(model["operations"]) if wanted == "*" else sorted(wanted)
    operations = {name: model["operations"][name] for name in names}
    roots = [part["shape"] for operation in operations.values()
             for part in [*(operation[side] for side in ("input", "output") if side in operation), *operation.get("errors", [])]]
    kept = reachable(model["shapes"], roots)
    return without_documentation({
        "version": model["version"], "metadata": model["metadata"], "operations": operations,
        "shapes": {name: shape for name, shape in sorted(model["shapes"].items()) if name in kept}})


def write(path, content):
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size} bytes (botocore {botocore.__version__})")


def main(settings_files):
    for settings in settings_files:
        for service, setting in json.loads(settings.read_text(encoding="utf-8")).items():
            write(settings.parent / f"{service}.service-2.json", trim(load(service, "service-2"), setting["operations"]))
            write(settings.parent / f"{service}.endpoint-rule-set-1.json", without_documentation(load(service, "endpoint-rule-set-1")))


if __name__ == "__main__":
    main([pathlib.Path(argument) for argument in sys.argv[1:]] or [pathlib.Path(__file__).parent / "aws-services.json"])
