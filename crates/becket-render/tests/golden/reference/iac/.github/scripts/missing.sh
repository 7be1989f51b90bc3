#!/usr/bin/env bash
# Prints the facts that a root needs and does not have yet, since the roots that they come from were not applied.
set -euo pipefail

[[ -f $1/facts.yaml ]] || exit 0
given='{}'
[[ ! -f $1/facts.auto.tfvars.json ]] || given=$(< "$1/facts.auto.tfvars.json")
yq --output-format json . "$1/facts.yaml" | jq --raw-output --argjson given "$given" '
  [to_entries[] | select(.key | in($given) | not) | "\(.key) of \(.value.root)"] | join(", ")'
