#!/usr/bin/env bash
# Gives the outputs of a root to whoever's facts.yaml asks for them: to other roots in a facts.auto.tfvars.json beside it, to
# Ansible in group_vars/<cluster>/facts.yaml. After an apply by hand:
#
#   bash .github/scripts/facts.sh terraform/iam/<account>
#
# A sensitive output is given to nobody: what is written here is committed. What no facts.yaml asks for any more goes.
set -euo pipefail

outputs=$("${TERRAFORM:-terraform}" -chdir="$1" output -json |
  jq 'with_entries(select(.value.sensitive | not) | .value |= .value)')

# Writes what the facts.yaml $1 asks for of the root that it calls $2 into the file $3, beside what that has of other roots.
give() {
  local given=$3 merged
  [[ -f $given ]] || given=/dev/null
  merged=$(yq --output-format json . "$1" | jq --sort-keys --arg from "$2" --argjson outputs "$outputs" \
    --slurpfile given <(yq --input-format yaml --output-format json . "$given") '
    . as $facts
    | reduce paths(type == "object" and (.root | type == "string")) as $path ({};
        ($facts | getpath($path)) as $fact
        | (if $fact.root == $from and ($fact.output | in($outputs)) then $outputs[$fact.output]
           else $given[0] | getpath($path) end) as $value
        | if $value == null then . else setpath($path; $value) end)')
  [[ $merged != '{}' || -f $3 ]] || return 0
  case $3 in
    *.json) echo "$merged" > "$3" ;;
    *) yq --input-format json --output-format yaml . <<< "$merged" > "$3" ;;
  esac
}

for facts in terraform/*/*/facts.yaml; do
  needs=$(dirname "$facts")
  give "$facts" "$(realpath --relative-to="$needs" "$1")" "$needs/facts.auto.tfvars.json"
done
variables=ansible/group_vars/$(basename "$(dirname "$1")")
if [[ -d $variables ]]; then
  give ansible/facts.yaml "$(basename "$1")" "$variables/facts.yaml"
fi
