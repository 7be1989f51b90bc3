#!/usr/bin/env bash
# Gives the outputs of a root to the roots whose facts.yaml asks for them, in a facts.auto.tfvars.json beside it. After an
# apply by hand:
#
#   bash .github/scripts/facts.sh terraform/iam/<account>
#
# A sensitive output is given to nobody: what is written here is committed.
set -euo pipefail

outputs=$("${TERRAFORM:-terraform}" -chdir="$1" output -json |
  jq 'with_entries(select(.value.sensitive | not) | .value |= .value)')
for facts in terraform/*/*/facts.yaml; do
  needs=$(dirname "$facts")
  from=$(realpath --relative-to="$needs" "$1")
  given=$needs/facts.auto.tfvars.json
  [[ -f $given ]] || given=/dev/null
  merged=$(yq --output-format json . "$facts" | jq --sort-keys --arg from "$from" --argjson outputs "$outputs" --slurpfile given "$given" '
    . as $facts
    | reduce paths(type == "object" and .root == $from) as $path ($given[0] // {};
        ($facts | getpath($path).output) as $output
        | if $output | in($outputs) then setpath($path; $outputs[$output]) else . end)')
  [[ $merged == '{}' ]] || echo "$merged" > "$needs/facts.auto.tfvars.json"
done
