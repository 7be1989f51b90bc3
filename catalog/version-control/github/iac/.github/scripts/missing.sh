#!/usr/bin/env bash
# Prints the facts that a root needs and does not have yet, since the roots that they come from were not applied.
set -euo pipefail

[[ -f $1/facts.yaml ]] || exit 0
given=$1/facts.auto.tfvars.json
[[ -f $given ]] || given=/dev/null
# A fact is a variable, or an entry of a variable that is a map.
yq --output-format json . "$1/facts.yaml" | jq --raw-output --slurpfile given "$given" '
  . as $facts
  | [paths(type == "object" and (.root | type == "string"))
      | select(. as $path | ($given[0] // {}) | getpath($path) == null)
      | "\(join(".")) of \(. as $path | $facts | getpath($path).root)"]
  | join(", ")'
