#!/usr/bin/env python3
"""Translates a neutral policy in JSON (`belay-bench-spec/1`: metrics, measures, factors, domains,
levels, alerts, interventions) into one of Belay's.

    neutral_policy.py SPEC POLICY
"""
import json
import os
import sys
from pathlib import Path

PRECEDENCE = {"||": 1, "&&": 2, "in": 3, "==": 3, "!=": 3, "<": 3, "<=": 3,
              ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "!": 6}


def expression(node, names, parent=0, right=False):
    """A tree of the spec as an expression, with the fewest parentheses."""
    if "num" in node:
        return repr(float(node["num"]))
    if "str" in node:
        return json.dumps(node["str"], ensure_ascii=False)
    if "var" in node:
        return names.get(node["var"], node["var"])
    if "list" in node:
        return json.dumps(node["list"], ensure_ascii=False)
    operator, operands = node["op"], node["args"]
    level = PRECEDENCE[operator]
    if operator == "!":
        return "!" + expression(operands[0], names, level + 1)
    left = expression(operands[0], names, level)
    text = f"{left} {operator} {expression(operands[1], names, level, True)}"
    return f"({text})" if level < parent or (level == parent and right) else text


def policy(spec):
    """The spec in the shape of Belay's policies; JSON is accepted wherever YAML is."""
    names = {d["id"]: f"domain.{d['id']}" for d in spec["domains"]}
    names |= {"overall": "score.overall", "coverage": "coverage.overall"}
    inputs = {
        "provider_id": {"type": "text", "role": "provider"},
        "specialty": {"type": "text", "role": "group"},
        "team": {"type": "text", "role": "team"},
        "site": {"type": "text", "role": "site"},
    } | {m["name"]: {"type": "number"} for m in spec["metrics"]}

    def recommended(intervention):
        terms = [f"alert.{a}" for a in intervention["any_alert"]]
        terms += [f"points.{f['factor']} >= {float(f['min'])!r}"
                  for f in intervention["any_factor"]]
        return " || ".join(terms) or "false"

    return {
        "belay": 1,
        "policy": "benchmark",
        "time": {"column": "period", "every": "month"},
        "inputs": inputs,
        "measures": {m["name"]: expression(m["expr"], {}) for m in spec["measures"]},
        "factors": {
            f["id"]: {"domain": f["domain"], "from": f["input"], "curve": f["points"],
                      "weight": f["weight"]}
            for f in spec["factors"]},
        "domains": {d["id"]: {"weight": d["weight"]} for d in spec["domains"]},
        "scores": {"overall": {
            "levels": {step["level"]: step["from"] for step in spec["levels"]},
            "minimum_coverage": 0}},
        "alerts": {
            a["id"]: {"when": expression(a["expr"], names), "severity": "high",
                      "owner": "operations", "message": a["id"], "scope": "provider"}
            for a in spec["alerts"]},
        "interventions": {
            i["id"]: {"kind": "structural", "title": i["id"], "scope": "provider",
                      "when": recommended(i), "priority": i["priority"]}
            for i in spec["interventions"]},
    }


def translated(spec):
    """The path of the policy beside a spec; it is written unless one that is newer is there."""
    spec = Path(spec)
    path = spec.with_name(spec.stem + ".belay.json")
    newest = max(spec.stat().st_mtime_ns, Path(__file__).stat().st_mtime_ns)
    if not path.exists() or path.stat().st_mtime_ns < newest:
        partial = path.with_suffix(f".{os.getpid()}")
        write(spec, partial)
        partial.replace(path)
    return path


def write(spec, path):
    neutral = json.loads(Path(spec).read_text("utf-8"))
    Path(path).write_text(json.dumps(policy(neutral), indent=1), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(*sys.argv[1:])
