#!/usr/bin/env bash
# Gives the outputs of a root to the roots whose facts.yaml asks for them, in a facts.auto.tfvars.json beside it. After an
# apply by hand:
#
#   bash .github/scripts/facts.sh terraform/iam/<account>
#
# A sensitive output is given to nobody: what is written here is committed. What no facts.yaml asks for any more goes.
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
    | reduce paths(type == "object" and (.root | type == "string")) as $path ({};
        ($facts | getpath($path)) as $fact
        | (if $fact.root == $from and ($fact.output | in($outputs)) then $outputs[$fact.output]
           else $given[0] | getpath($path) end) as $value
        | if $value == null then . else setpath($path; $value) end)')
  [[ $merged == '{}' && $given == /dev/null ]] || echo "$merged" > "$needs/facts.auto.tfvars.json"
done
