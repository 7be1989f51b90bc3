#!/usr/bin/env bash
# Prints the facts that a root needs and does not have yet, since the roots that they come from were not applied.
set -euo pipefail

[[ -f $1/facts.yaml ]] || exit 0
given=$1/facts.auto.tfvars.json
[[ -f $given ]] || given=/dev/null
# Of a variable that is a map it may have some: those of a cluster that is not there yet are not waited for.
yq --output-format json . "$1/facts.yaml" | jq --raw-output --slurpfile given "$given" '
  . as $facts
  | [paths(type == "object" and (.root | type == "string"))
      | select(.[0] | in($given[0] // {}) | not)
      | "\(join(".")) of \(. as $path | $facts | getpath($path).root)"]
  | join(", ")'
